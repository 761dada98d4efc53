import { fail, ok, type Result } from '../../kernel/result.ts';

/** A smartcard, or what stands for one; a person has one for life, whoever employs them [IDENTITY 1.3]. */
export type Card = {
  /** Twelve digits, printed on it. */
  readonly cardNumber: string;
  readonly userId: string;
  readonly status: CardStatus;
  /** Wrong entries of the passcode since the last right one. */
  readonly wrongPins: number;
  /** Since when it is locked. */
  readonly lockedAt: Date | null;
  readonly isTemporary: boolean;
  /** The last moment of its certificates; of a temporary card, of its shift. */
  readonly endsAt: Date;
  /** The one that is printed on it; null: it is a file, or nobody has told. */
  readonly series: number | null;
  /** Card that took the place of this one. */
  readonly replacedBy: string | null;
  readonly version: number;
};

export const CARD_STATUSES = {
  Issued: { display: 'issued', final: false },
  Active: { display: 'active', final: false },
  Suspended: { display: 'suspended', final: false },
  Revoked: { display: 'revoked', final: true },
  Replaced: { display: 'replaced', final: true },
  /** Of a series that is not used any more. */
  Blocked: { display: 'blocked', final: true },
} as const satisfies Record<string, { display: string; final: boolean }>;
export type CardStatus = keyof typeof CARD_STATUSES;

/** What a person sees of a card at a time. */
export type CardState = CardStatus | 'Locked' | 'Expired';

export const WRONG_PINS_MAX = 3; // the third locks the card [IDENTITY 1.4]
export const RENEWAL_WINDOW_DAYS = 90; // the holder renews in the last ones; later it takes an agent [IDENTITY 1.4]

/** Why certificates of a card are revoked, as lists give it (RFC 5280 5.3.1). */
export const REVOCATION_REASONS = {
  lost: 1, // the key may be in other hands
  stolen: 1,
  compromised: 1,
  left: 3,
  replaced: 4,
  damaged: 5,
  withdrawn: 0,
} as const satisfies Record<string, number>;
export type RevocationReason = keyof typeof REVOCATION_REASONS;
export const CERTIFICATE_HOLD = 6; // of a card that may come back into use (RFC 5280 5.3.1)
const CESSATION_OF_OPERATION = 5; // of a card that has ended before its certificates

/** What the lists say of the certificates of a card after that; null: nothing new. */
export function revocationReasonOf(event: CardEvent): number | null {
  switch (event.kind) {
    case 'Revoked':
      return REVOCATION_REASONS[event.reason];
    case 'Replaced':
    case 'Blocked':
      return REVOCATION_REASONS.replaced;
    case 'Suspended':
      return CERTIFICATE_HOLD;
    case 'Ended':
      return CESSATION_OF_OPERATION;
    case 'Activated':
    case 'Unlocked':
    case 'PinChanged':
    case 'Renewed':
    case 'Resumed':
    case 'Locked':
      return null;
  }
}

export type CardCommand =
  | { readonly kind: 'Activate' }
  | { readonly kind: 'Unlock' }
  | { readonly kind: 'ChangePin' }
  | { readonly kind: 'Renew'; readonly until: Date; readonly isInPerson: boolean }
  | { readonly kind: 'Suspend' }
  | { readonly kind: 'Resume' }
  | { readonly kind: 'Revoke'; readonly reason: RevocationReason }
  | { readonly kind: 'Replace'; readonly by: string }
  | { readonly kind: 'Block' }
  | { readonly kind: 'Lock' }
  | { readonly kind: 'EndNow' };

export type CardEvent =
  | { readonly kind: 'Activated' }
  | { readonly kind: 'Unlocked' }
  | { readonly kind: 'PinChanged' }
  | { readonly kind: 'Renewed'; readonly until: Date }
  | { readonly kind: 'Suspended' }
  | { readonly kind: 'Resumed' }
  | { readonly kind: 'Revoked'; readonly reason: RevocationReason }
  | { readonly kind: 'Replaced'; readonly by: string }
  | { readonly kind: 'Blocked' }
  | { readonly kind: 'Locked' }
  | { readonly kind: 'Ended'; readonly at: Date };

export type CardRefusal =
  | { readonly kind: 'CardNotKnown' }
  | { readonly kind: 'CardIsFinal'; readonly status: CardStatus }
  | { readonly kind: 'CardInState'; readonly state: CardState }
  | { readonly kind: 'RenewalTooEarly'; readonly from: Date }
  | { readonly kind: 'CardExpired' };

const DAY_MS = 86_400_000;

export function stateOf({ status, lockedAt, endsAt }: Card, at: Date): CardState {
  if (CARD_STATUSES[status].final) return status;
  if (endsAt <= at) return 'Expired';
  if (status === 'Suspended') return 'Suspended';
  return lockedAt === null ? status : 'Locked';
}

/** Whether it can never be used again. */
export function isFinal({ status }: Card): boolean {
  return CARD_STATUSES[status].final;
}

/** From when on the holder may renew it. */
export function renewableFrom({ endsAt }: Card): Date {
  return new Date(endsAt.getTime() - RENEWAL_WINDOW_DAYS * DAY_MS);
}

/** What a command does to a card [IDENTITY 1.4]. */
export function decide(card: Card, command: CardCommand, at: Date): Result<CardEvent, CardRefusal> {
  const state = stateOf(card, at);
  if (CARD_STATUSES[card.status].final) return fail({ kind: 'CardIsFinal', status: card.status });
  const from = (states: readonly CardState[], event: CardEvent): Result<CardEvent, CardRefusal> =>
    states.includes(state) ? ok(event) : fail(inState(state));
  switch (command.kind) {
    case 'Activate':
      return from(['Issued'], { kind: 'Activated' });
    case 'Unlock':
      return from(['Locked', 'Active'], { kind: 'Unlocked' });
    case 'ChangePin':
      return from(['Active'], { kind: 'PinChanged' });
    case 'Renew':
      return renew(card, command, at);
    case 'Suspend':
      return from(['Issued', 'Active', 'Locked'], { kind: 'Suspended' });
    case 'Resume':
      return from(['Suspended'], { kind: 'Resumed' });
    case 'Revoke':
      return ok({ kind: 'Revoked', reason: command.reason });
    case 'Replace':
      return ok({ kind: 'Replaced', by: command.by });
    case 'Block':
      return ok({ kind: 'Blocked' });
    case 'Lock':
      return from(['Issued', 'Active'], { kind: 'Locked' });
    case 'EndNow':
      return state === 'Expired' ? fail(inState(state)) : ok({ kind: 'Ended', at });
  }
}

function renew(
  card: Card,
  { until, isInPerson }: Extract<CardCommand, { kind: 'Renew' }>,
  at: Date,
): Result<CardEvent, CardRefusal> {
  const state = stateOf(card, at);
  if (state === 'Expired' && !isInPerson) return fail({ kind: 'CardExpired' });
  if (state !== 'Active' && state !== 'Expired') return fail(inState(state));
  const from = renewableFrom(card);
  if (at < from && !isInPerson) return fail({ kind: 'RenewalTooEarly', from });
  return ok({ kind: 'Renewed', until });
}

function inState(state: CardState): CardRefusal {
  return state === 'Expired' ? { kind: 'CardExpired' } : { kind: 'CardInState', state };
}

export function evolve(card: Card, event: CardEvent, at: Date): Card {
  const next = { ...card, version: card.version + 1 };
  switch (event.kind) {
    case 'Activated':
    case 'Resumed':
      return { ...next, status: 'Active' };
    case 'Unlocked':
    case 'PinChanged':
      return { ...next, wrongPins: 0, lockedAt: null };
    case 'Renewed':
      return { ...next, endsAt: event.until };
    case 'Suspended':
      return { ...next, status: 'Suspended' };
    case 'Revoked':
      return { ...next, status: 'Revoked' };
    case 'Replaced':
      return { ...next, status: 'Replaced', replacedBy: event.by };
    case 'Blocked':
      return { ...next, status: 'Blocked' };
    case 'Locked':
      return { ...next, wrongPins: WRONG_PINS_MAX, lockedAt: at };
    case 'Ended':
      return { ...next, endsAt: event.at };
  }
}

/** Events after which nothing that was begun with the card goes on. */
export function endsSessions(event: CardEvent): boolean {
  return ['Suspended', 'Revoked', 'Replaced', 'Blocked', 'Ended'].includes(event.kind);
}
