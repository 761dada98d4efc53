import type { CardState } from '../cards/index.ts';
import type { SignInRefusal } from './handle.ts';

/** Why somebody is not signed in: at which field it is said, how, and what helps. */
export type SignInProblem = {
  readonly field: 'card' | 'pin';
  readonly text: string;
  /** The state of the card that stands in the way; what can be done about it has a page of its own. */
  readonly state: CardState | null;
};

/** Tells the fault of a passcode from that of a card and that of a person [IDENTITY 2.5]. */
export function problemOf(refusal: SignInRefusal): SignInProblem {
  switch (refusal.kind) {
    case 'PinMalformed':
      return pin('Enter your passcode: 6 to 8 digits');
    case 'PinWrong':
      return refusal.left === 0
        ? { ...pin('The passcode is wrong. The card is locked now'), state: 'Locked' }
        : pin(`The passcode is wrong. You have ${triesOf(refusal.left)} before the card is locked`);
    case 'CardNotKnown':
      return card('Nobody knows a card with this number', null);
    case 'CardInState':
      return card(STATES[refusal.state], refusal.state);
    case 'CardIsFinal':
      return card(STATES[refusal.status], refusal.status);
    case 'CardExpired':
    case 'CertificateExpired':
    case 'RenewalTooEarly':
      return card(STATES.Expired, 'Expired');
    case 'CertificateRevoked':
      return card(STATES.Revoked, 'Revoked');
    case 'CertificateUntrusted':
      return card('The certificate of this card was not issued here', null);
    case 'KeysElsewhere':
      return card('The keys of this card are in its chip: use the card agent', null);
    case 'UserInactive':
      return card('The holder of this card no longer works for the NHS', null);
  }
}

const STATES: Readonly<Record<CardState, string>> = {
  Issued: 'This card is new. Its holder has to accept it before the first use',
  Active: 'This card is in use',
  Locked: 'This card is locked',
  Suspended: 'This card is suspended',
  Expired: 'This card is out of date',
  Revoked: 'This card was revoked',
  Replaced: 'This card was replaced by another one',
  Blocked: 'This card is of an old series that is not used any more',
};

/** The colour of a state is the same everywhere. */
export const STATE_TAGS: Readonly<Record<CardState, { text: string; colour: string }>> = {
  Issued: { text: 'New', colour: 'blue' },
  Active: { text: 'In use', colour: 'green' },
  Locked: { text: 'Locked', colour: 'orange' },
  Suspended: { text: 'Suspended', colour: 'yellow' },
  Expired: { text: 'Out of date', colour: 'grey' },
  Revoked: { text: 'Revoked', colour: 'red' },
  Replaced: { text: 'Replaced', colour: 'grey' },
  Blocked: { text: 'Old series', colour: 'red' },
};

function pin(text: string): SignInProblem {
  return { field: 'pin', text, state: null };
}

function card(text: string, state: CardState | null): SignInProblem {
  return { field: 'card', text, state };
}

function triesOf(left: number): string {
  return left === 1 ? '1 try left' : `${left} tries left`;
}
