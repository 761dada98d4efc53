import { X509Certificate } from 'node:crypto';

import {
  type By,
  type Cards,
  cardsOf,
  certificatesOf,
  changeCard,
  issueCard,
  type IssuedCard,
  type IssueRefusal,
  isFinal,
  proofText,
  type Purpose,
  replaceCard,
} from '../identity/index.ts';
import { present } from '../kernel/bug.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { OpenToken } from './token/card.ts';
import type { TokenKeyType } from './token/objects.ts';

export type Enrolment = {
  readonly userId: string;
  /** Of the keys that log in. */
  readonly keyType: TokenKeyType;
  /** Take away the card that the person has. */
  readonly replaces: boolean;
  /** As it is printed on the card. */
  readonly series?: number;
};

export type EnrolRefusal =
  | Extract<Awaited<ReturnType<typeof replaceCard>>, { ok: false }>['error']
  | IssueRefusal
  /** Its keys were certified before, for a card that is not this person's any more. */
  | { readonly kind: 'TokenTaken' };

const PURPOSES = ['login', 'signing'] as const satisfies readonly Purpose[];

/**
 * Makes the card of a person out of a token whose passcode was entered: keys made by the token, certificates for them,
 * written to it. Done again after a breakdown or a renewal, it writes to the token what the card has now.
 */
export async function enrol(
  cards: Cards,
  token: OpenToken,
  wanted: Enrolment,
  by: By,
): Promise<Result<IssuedCard, EnrolRefusal>> {
  const { objects } = token;
  const { userId, keyType } = wanted;
  for (const purpose of PURPOSES) {
    if (objects.publicKey(purpose) !== null) continue;
    // Prescriptions are signed with RSA [EPS-SIGNATURE 4].
    await objects.generate(purpose, purpose === 'signing' ? 'rsa' : keyType, userId);
  }
  const live = (await cardsOf(cards.database, userId)).find((card) => !isFinal(card)) ?? null;
  const known = live === null ? null : await certificatesFor(cards, live.cardNumber, token);
  const card = known === null ? await issued(cards, token, { ...wanted, live }, by) : ok(live);
  if (!card.ok) return card;
  const { cardNumber, status } = present(card.value, 'card');
  const certificates = known ?? (await certificatesFor(cards, cardNumber, token));
  for (const [purpose, der] of present(certificates, 'certificates of these keys')) {
    objects.keepCertificate(purpose, der, userId);
  }
  // Whoever enrols it has entered its passcode, and only now there is all on it.
  return status === 'Issued'
    ? changeCard(cards, cardNumber, { kind: 'Activate' }, { by })
    : ok(present(card.value, 'card'));
}

type Issuing = Enrolment & { readonly live: IssuedCard | null };

async function issued(
  cards: Cards,
  token: OpenToken,
  { userId, replaces, series, live }: Issuing,
  by: By,
): Promise<Result<IssuedCard, EnrolRefusal>> {
  const { objects } = token;
  const printed = series === undefined ? {} : { series };
  if (PURPOSES.some((purpose) => objects.certificate(purpose) !== null)) {
    return fail({ kind: 'TokenTaken' });
  }
  const chipKey = async (purpose: Purpose) => {
    const spki = present(objects.publicKey(purpose), purpose);
    return { spki, proof: await token.sign(purpose, 'sha256', proofText(userId, purpose, spki)) };
  };
  const publicKeys = { login: await chipKey('login'), signing: await chipKey('signing') };
  return live !== null && replaces
    ? replaceCard(cards, live.cardNumber, { keys: { publicKeys }, ...printed }, by)
    : issueCard(cards, { userId, keys: { publicKeys }, ...printed }, by);
}

/** The newest for each key, if they are those of this token; else null. */
async function certificatesFor(
  { database }: Cards,
  cardNumber: string,
  { objects }: OpenToken,
): Promise<readonly (readonly [Purpose, Buffer])[] | null> {
  const kept = await certificatesOf(database, cardNumber);
  const found = PURPOSES.map((purpose) => {
    const der = kept.find((one) => one.purpose === purpose)?.der ?? null;
    const own = objects.publicKey(purpose);
    return der !== null && own !== null && spkiOf(der).equals(own)
      ? ([purpose, der] as const)
      : null;
  });
  return found.every((one) => one !== null) ? found : null;
}

function spkiOf(certificate: Buffer): Buffer {
  return new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
}
