import { X509Certificate } from 'node:crypto';

import { present } from '../../../kernel/bug.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { KeyType, Validity } from '../../../platform/certificates.ts';
import { findUser } from '../../people/index.ts';
import type { Purpose } from '../authority.ts';
import { type Card, type CardCommand, type CardEvent, type CardRefusal, decide } from '../card.ts';
import { cardValidityFrom } from '../certificates.ts';
import {
  certify,
  type IssueRefusal,
  issueCard,
  newCardFault,
  type NewCard,
} from '../issue/handle.ts';
import type { Cards } from '../pki/handle.ts';
import {
  type Along,
  append,
  type By,
  certificatesOf,
  findCard,
  type KeptCard,
  nextNumbers,
} from '../repository.ts';

/** Does something to a card: decides, and keeps it unless something else came between, then decides again. */
export async function changeCard(
  { database }: Pick<Cards, 'database'>,
  cardNumber: string,
  command: CardCommand,
  {
    by,
    alongOf = async () => ok({}),
  }: {
    readonly by: By;
    /** What is to be kept with it, of the card as it is. */
    readonly alongOf?: (card: KeptCard, event: CardEvent) => Promise<Result<Along, CardRefusal>>;
  },
): Promise<Result<Card, CardRefusal>> {
  for (;;) {
    const card = await findCard(database, cardNumber);
    if (card === null) return fail({ kind: 'CardNotKnown' });
    const decision = decide(card, command, by.at);
    if (!decision.ok) return decision;
    const along = await alongOf(card, decision.value);
    if (!along.ok) return along;
    const isKept = await append(database, card, decision.value, { by, along: along.value });
    if (isKept) return ok(present(await findCard(database, cardNumber), 'card'));
  }
}

/**
 * New certificates for the keys of a card: by its holder in the last 90 days of the old ones, later only by an agent in
 * person [IDENTITY 1.4].
 */
export async function renewCard(
  cards: Cards,
  cardNumber: string,
  { by, isInPerson }: { readonly by: By; readonly isInPerson: boolean },
): Promise<Result<Card, CardRefusal>> {
  const validity = cardValidityFrom(by.at);
  const command = { kind: 'Renew', until: validity.until, isInPerson } as const;
  return changeCard(cards, cardNumber, command, {
    by,
    alongOf: async (card) => ok({ certificates: await recertify(cards, card, validity) }),
  });
}

async function recertify(cards: Cards, card: KeptCard, validity: Validity) {
  const { database } = cards;
  const { cardNumber } = card;
  const user = present(await findUser(database, card.userId), 'holder');
  const known = await certificatesOf(database, cardNumber);
  const keyOf = (purpose: Purpose) => {
    const { der } = present(
      known.find((one) => one.purpose === purpose),
      purpose,
    );
    const { publicKey } = new X509Certificate(der);
    const type: KeyType = publicKey.asymmetricKeyType === 'rsa' ? 'rsa' : 'p256';
    return { type, spki: publicKey.export({ type: 'spki', format: 'der' }) };
  };
  const publicKeys = { login: keyOf('login'), signing: keyOf('signing') };
  const numbers = await nextNumbers(database);
  return certify(cards, user, { cardNumber, publicKeys, validity, numbers });
}

/** A new card in place of one that is damaged or lost; the old one is revoked. */
export async function replaceCard(
  cards: Cards,
  cardNumber: string,
  wanted: Pick<NewCard, 'keys' | 'series'>,
  by: By,
): Promise<Result<KeptCard, CardRefusal | IssueRefusal>> {
  // Whoever gets no new card keeps the old one.
  const old = await findCard(cards.database, cardNumber);
  if (old === null) return fail({ kind: 'CardNotKnown' });
  const fault = await newCardFault(cards, wanted, old.userId);
  if (fault !== null) return fail(fault);
  const holder = await findUser(cards.database, old.userId);
  if (holder?.status !== 'active') return fail({ kind: 'UserInactive' });
  const numbers = await nextNumbers(cards.database);
  const replaced = await changeCard(
    cards,
    cardNumber,
    { kind: 'Replace', by: numbers.cardNumber },
    { by },
  );
  if (!replaced.ok) return replaced;
  return issueCard(cards, { userId: old.userId, ...wanted, numbers }, by);
}
