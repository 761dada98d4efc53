import { randomInt } from 'node:crypto';

import { present } from '../../../kernel/bug.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { type KeyType, newSerial, type Validity } from '../../../platform/certificates.ts';
import { violatedConstraint } from '../../../platform/database.ts';
import { findUser, type User } from '../../people/index.ts';
import { type Purpose, shardOf } from '../authority.ts';
import { isPin } from '../back-end.ts';
import { type ChipKey, isProved, keyTypeOf } from '../chip-keys.ts';
import { cardValidityFrom, certifyCard } from '../certificates.ts';
import { type KeyFile, makeKeyFile } from '../key-file.ts';
import { authoritiesOf, type Cards } from '../pki/handle.ts';
import { isBlocked } from '../series/repository.ts';
import {
  type By,
  keepNewCard,
  type KeptCard,
  type KeptCertificate,
  nextNumbers,
} from '../repository.ts';

export type NewCard = {
  readonly userId: string;
  /** Where its keys are: made here under a passcode, or in a chip that gave their public halves. */
  readonly keys:
    | { readonly pin: string; readonly types: Readonly<Record<Purpose, KeyType>> }
    | { readonly publicKeys: ChipKeys };
  /** The end of the shift of a temporary one. */
  readonly temporaryUntil?: Date;
  /** As it is printed on the card; absent: it is a file. */
  readonly series?: number;
  /** Other than two years, for tests. */
  readonly validity?: Validity;
  /** When they were drawn before, so that another card could name this one. */
  readonly numbers?: Numbers;
};

type ChipKeys = Readonly<Record<Purpose, ChipKey>>;

type Numbers = Awaited<ReturnType<typeof nextNumbers>>;

type PublicKeys = Readonly<Record<Purpose, { readonly type: KeyType; readonly spki: Buffer }>>;

export type IssueRefusal =
  | { readonly kind: 'UserNotKnown' }
  | { readonly kind: 'UserInactive' }
  | { readonly kind: 'PinMalformed' }
  | { readonly kind: 'HasCard' }
  | { readonly kind: 'SeriesBlocked' }
  | { readonly kind: 'KeyUnsuitable' }
  | { readonly kind: 'KeyNotProved' };

/** A new card of a person; it is theirs after they have entered its passcode for the first time. */
export async function issueCard(
  cards: Cards,
  wanted: NewCard,
  by: By,
): Promise<Result<KeptCard, IssueRefusal>> {
  const { database } = cards;
  const user = await findUser(database, wanted.userId);
  if (user === null) return fail({ kind: 'UserNotKnown' });
  if (user.status !== 'active') return fail({ kind: 'UserInactive' });
  const { keys, temporaryUntil = null, series = null } = wanted;
  const fault = await newCardFault(cards, wanted, user.userId);
  if (fault !== null) return fail(fault);
  const numbers = wanted.numbers ?? (await nextNumbers(database));
  const { cardNumber } = numbers;
  const officerPin = String(randomInt(10_000_000, 99_999_999));
  const made =
    'pin' in keys
      ? await madeHere(cardNumber, keys, officerPin)
      : { file: null, publicKeys: madeInChip(keys.publicKeys) };
  const { file, publicKeys } = made;
  const { from, until } = wanted.validity ?? cardValidityFrom(by.at);
  // No certificate outlives its card: whoever verifies a signature sees only the certificate.
  const validity = { from, until: temporaryUntil ?? until };
  const card: KeptCard = {
    cardNumber,
    userId: user.userId,
    status: 'Issued',
    wrongPins: 0,
    lockedAt: null,
    isTemporary: temporaryUntil !== null,
    endsAt: validity.until,
    series,
    replacedBy: null,
    version: 1,
    officerPin,
    keyFile: file,
    issuedAt: by.at,
    lastUsedAt: null,
  };
  const certificates = await certify(cards, user, { cardNumber, publicKeys, validity, numbers });
  try {
    await keepNewCard(database, card, certificates, by);
    return ok(card);
  } catch (error) {
    if (violatedConstraint(error) !== 'card_one_each') throw error;
    return fail({ kind: 'HasCard' });
  }
}

type Made = { readonly file: KeyFile | null; readonly publicKeys: PublicKeys };

async function madeHere(
  cardNumber: string,
  { pin, types }: Extract<NewCard['keys'], { pin: string }>,
  officerPin: string,
): Promise<Made> {
  const { file, publicKeys } = await makeKeyFile(cardNumber, types, { pin, officerPin });
  const { login, signing } = publicKeys;
  return {
    file,
    publicKeys: {
      login: { type: types.login, spki: login },
      signing: { type: types.signing, spki: signing },
    },
  };
}

function madeInChip({ login, signing }: ChipKeys): PublicKeys {
  const withType = ({ spki }: ChipKey) => ({ type: present(keyTypeOf(spki), 'type'), spki });
  return { login: withType(login), signing: withType(signing) };
}

/** Why no card can be as it is wanted; null when one can. */
export async function newCardFault(
  { database }: Cards,
  { keys, series }: Pick<NewCard, 'keys' | 'series'>,
  userId: string,
): Promise<IssueRefusal | null> {
  const isOld = series !== undefined && (await isBlocked(database, series));
  return isOld ? { kind: 'SeriesBlocked' } : keysFault(keys, userId);
}

/** Certified is only what whoever asks for it can sign with. */
function keysFault(keys: NewCard['keys'], userId: string): IssueRefusal | null {
  if ('pin' in keys) return isPin(keys.pin) ? null : { kind: 'PinMalformed' };
  const both = [
    ['login', keys.publicKeys.login],
    ['signing', keys.publicKeys.signing],
  ] as const;
  if (both.some(([, { spki }]) => keyTypeOf(spki) === null)) return { kind: 'KeyUnsuitable' };
  const isWhole = both.every(([purpose, key]) => isProved(key, userId, purpose));
  return isWhole ? null : { kind: 'KeyNotProved' };
}

type ToCertify = {
  readonly cardNumber: string;
  readonly publicKeys: PublicKeys;
  readonly validity: Validity;
  readonly numbers: Numbers;
};

/** One certificate for each of the two keys. */
export async function certify(
  cards: Cards,
  { userId, given, family }: User,
  { cardNumber, publicKeys, validity, numbers }: ToCertify,
): Promise<KeptCertificate[]> {
  const authorities = await authoritiesOf(cards);
  return Promise.all(
    (['login', 'signing'] as const).map(async (purpose, index) => {
      const { type, spki } = publicKeys[purpose];
      const authority = authorities[`${purpose}-${type}`];
      const serial = newSerial();
      const shard = shardOf(present(numbers.certificates[index], 'number'));
      const subject = { userId, given, family, purpose, keyType: type, publicKey: spki };
      const der = await certifyCard(
        { ...subject, serial, shard, validity },
        authority,
        cards.pkiUrl,
      );
      return {
        serial,
        authority: authority.name,
        shard,
        cardNumber,
        purpose,
        der,
        notBefore: validity.from,
        notAfter: validity.until,
        revokedAt: null,
        revocationReason: null,
      };
    }),
  );
}
