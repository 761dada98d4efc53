import type { CardRefusal, CardState } from './card.ts';

type Refusal =
  | CardRefusal
  | { readonly kind: 'PinMalformed' }
  | { readonly kind: 'PinWrong'; readonly left: number }
  | { readonly kind: 'KeysElsewhere' }
  | { readonly kind: 'UserNotKnown' }
  | { readonly kind: 'UserInactive' }
  | { readonly kind: 'HasCard' }
  | { readonly kind: 'SeriesBlocked' }
  | { readonly kind: 'KeyUnsuitable' }
  | { readonly kind: 'KeyNotProved' };

const STATES: Readonly<Record<CardState, string>> = {
  Issued: 'waits for its holder to enter the passcode for the first time',
  Active: 'is in use',
  Locked: 'is locked: an agent or its unlocker gives it a new passcode',
  Suspended: 'is suspended: ask the registration authority',
  Expired: 'is over: an agent renews it in person',
  Revoked: 'was revoked: the holder needs another one',
  Replaced: 'was replaced: use the one that took its place',
  Blocked: 'is of an old series that is not used any more: the holder needs another one',
};

/** Why not, for people: tells what is the matter with the card from what is with the person. */
export function refusalWords(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'CardNotKnown':
      return 'Nobody knows this card.';
    case 'CardIsFinal':
      return `The card ${STATES[refusal.status]}.`;
    case 'CardInState':
      return `The card ${STATES[refusal.state]}.`;
    case 'CardExpired':
      return `The card ${STATES.Expired}.`;
    case 'RenewalTooEarly':
      return `The card can be renewed from ${refusal.from.toISOString().slice(0, 10)} on.`;
    case 'PinMalformed':
      return 'A passcode has 6 to 8 digits.';
    case 'PinWrong':
      return refusal.left === 0
        ? 'The passcode is wrong; the card is locked now.'
        : `The passcode is wrong; ${refusal.left} more before the card is locked.`;
    case 'KeysElsewhere':
      return 'The keys of this card are in its chip: use the card agent.';
    case 'UserNotKnown':
      return 'Nobody knows this user id.';
    case 'UserInactive':
      return 'This person is no longer active.';
    case 'HasCard':
      return 'This person has a card; a person has one.';
    case 'SeriesBlocked':
      return 'Cards of this series are not used any more: take another one.';
    case 'KeyUnsuitable':
      return 'Keys of a card are RSA of 2048 bits or more, or of the curve P-256.';
    case 'KeyNotProved':
      return 'The card has not proved that it has these keys.';
  }
}
