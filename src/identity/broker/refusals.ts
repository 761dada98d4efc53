/** What the user can do something about: their card, what the directory says of them, their session; or nothing. */
type Concern = 'request' | 'card' | 'user' | 'session' | 'service';

type Refusal = { readonly concerns: Concern; readonly text: string };

/** Every `error_code` of the broker, and what it concerns [IDENTITY 2.2, 2.5]. Never the word that says a step was done. */
export const REFUSALS = {
  bad_request: { concerns: 'request', text: 'The request is not as the log-in protocol has it' },
  challenge_not_ours: {
    concerns: 'request',
    text: 'This challenge was not given for this log-in. Start the log-in again',
  },
  challenge_stale: {
    concerns: 'request',
    text: 'This challenge is too old or has been answered before. Start the log-in again',
  },
  cms_invalid: { concerns: 'card', text: "The card's answer is not a good signature" },
  cert_untrusted: { concerns: 'card', text: 'This card was not issued by an authority known here' },
  cert_expired: {
    concerns: 'card',
    text: 'The certificate of this card is not valid today. The registration authority can renew it',
  },
  cert_revoked: {
    concerns: 'card',
    text: 'This card has been cancelled. The registration authority can issue another one',
  },
  card_locked: {
    concerns: 'card',
    text: 'This card is locked after wrong passcodes. The registration authority or a local administrator can unlock it',
  },
  card_suspended: {
    concerns: 'card',
    text: 'This card is suspended. The registration authority can say why',
  },
  card_blocked: {
    concerns: 'card',
    text: 'This card is of an old series that is not used any more. The registration authority can issue another one',
  },
  card_not_active: {
    concerns: 'card',
    text: 'This card is not in use: its holder has not entered its passcode for the first time',
  },
  uid_mismatch: { concerns: 'card', text: 'This card belongs to another user' },
  user_inactive: { concerns: 'user', text: 'This user is not active in the directory' },
  no_roles: { concerns: 'user', text: 'This user has no role profile that is open today' },
  role_unknown: {
    concerns: 'user',
    text: 'This role profile is not one of the user’s, or it is not open today',
  },
  role_chosen: {
    concerns: 'user',
    text: 'Another role was chosen at this log-in. Remove the card and log in again to change it',
  },
  role_not_chosen: { concerns: 'user', text: 'No role has been chosen yet' },
  ticket_invalid: { concerns: 'session', text: 'This ticket was not given by this service' },
  ticket_ended: { concerns: 'session', text: 'This session has ended. Log in again' },
  overloaded: {
    concerns: 'service',
    text: 'The service cannot answer just now. Card and user are not at fault. Try again',
  },
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof REFUSALS;

/** Why the broker refuses; `detail` says more of a fault of the sender's program. */
export type Refused = { readonly code: RefusalCode; readonly detail?: string };

export function textOf({ code, detail }: Refused): string {
  const { text } = REFUSALS[code];
  return detail === undefined ? text : `${text}: ${detail}`;
}
