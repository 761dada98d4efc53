import { present } from '../../kernel/bug.ts';

/** A key pair that signs access tokens, in PEM. */
export type SigningKey = {
  readonly kid: string;
  readonly privateKey: string;
  readonly publicKey: string;
};

export type KeptKey = SigningKey & {
  readonly generation: number;
  /** Of a key whose turn is over. */
  readonly verifiesUntil: Date | null;
};

/** The keys of an installation: one signs, the next is shown already, those before still verify. */
export type KeySet = {
  readonly keys: readonly KeptKey[];
  /** The generation whose turn it is, and since when. */
  readonly turn: number;
  readonly since: Date;
  /** What seals challenges and tickets of the broker, of the same generations; the latest first. */
  readonly secrets: readonly KeptSecret[];
};

export type KeptSecret = {
  readonly generation: number;
  readonly bytes: Buffer;
  /** Null before and during its turn. */
  readonly opensUntil: Date | null;
};

/** The secret that seals now comes first; those that come after it only open. */
export type BrokerSecrets = readonly [Buffer, ...Buffer[]];

export const ROTATE_AFTER_DAYS = 90; // [RELIABILITY 7.6]
const DAY_MS = 86_400_000;

export function isDue({ since }: KeySet, at: Date): boolean {
  return at.getTime() - since.getTime() >= ROTATE_AFTER_DAYS * DAY_MS;
}

export function hasEnded({ verifiesUntil }: KeptKey, at: Date): boolean {
  return verifiesUntil !== null && verifiesUntil < at;
}

/** The one whose turn it is. */
export function currentOf({ keys, turn }: KeySet): KeptKey | undefined {
  return keys.find(({ generation }) => generation === turn);
}

/** The next one opens already: another process may have heard of its turn before this one. */
export function secretsOf({ secrets, turn }: KeySet, at: Date): BrokerSecrets {
  const open = secrets.filter(({ opensUntil }) => opensUntil === null || opensUntil >= at);
  const current = open.find(({ generation }) => generation === turn);
  const others = open.filter((one) => one !== current).map(({ bytes }) => bytes);
  return [present(current, 'current secret of the broker').bytes, ...others];
}
