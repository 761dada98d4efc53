import { EXIT } from '../../cli/command.ts';

/** Why a command of the client could not do what it was asked. */
export type Failure =
  | { readonly kind: 'NotReachable'; readonly url: string; readonly cause: string }
  | {
      readonly kind: 'Refused';
      readonly status: number;
      readonly requestId: string;
      readonly reasons: readonly Reason[];
    }
  | { readonly kind: 'FactUnknown'; readonly fact: string; readonly flag: string }
  | { readonly kind: 'WrongUse'; readonly text: string };

export type Reason = { readonly code: string; readonly text: string };

export const EXIT_CODES = {
  Refused: EXIT.refused,
  FactUnknown: EXIT.wrongUse,
  WrongUse: EXIT.wrongUse,
  NotReachable: EXIT.notReachable,
} as const satisfies Record<Failure['kind'], number>;

/** What happened and what to do about it, a line each. */
export function explain(failure: Failure): readonly string[] {
  switch (failure.kind) {
    case 'NotReachable':
      return [
        `Nothing answers at ${failure.url} (${failure.cause}).`,
        'start it with: npm start   (or give its address with --at)',
      ];
    case 'Refused':
      return [
        ...failure.reasons.map(({ code, text }) => `refused: ${`${code} ${text}`.trim()}`),
        ...new Set(failure.reasons.flatMap(({ code }) => adviceOn(code, failure.status) ?? [])),
        `HTTP ${failure.status}, request ${failure.requestId}`,
      ];
    case 'FactUnknown':
      return [`The ${failure.fact} is not known here. Give it with ${failure.flag}.`];
    case 'WrongUse':
      return [failure.text];
  }
}

const AT_DISPENSER =
  'A pharmacy has it. Telephone the pharmacy; or let it return the prescription: spine return <id>';
const LAST_NOTIFICATION =
  'Only the last notification can be changed: give its id with --dispense-id';

const ADVICE: Readonly<Record<string, string>> = {
  ACCESS_DENIED: 'The token is missing, bad or expired. Sign in again: spine token --as <persona>',
  PRESCRIPTION_NOT_FOUND:
    'Check the id; see what there is for the patient: spine track <nhs-number>',
  RESOURCE_NOT_FOUND: 'Check the id; see what there is for the patient: spine track <nhs-number>',
  PRESCRIPTION_WITH_ANOTHER_DISPENSER: 'The pharmacy that has it must return it: spine return <id>',
  PRESCRIPTION_CANCELLED: 'The prescriber has cancelled it. A new prescription is needed.',
  PRESCRIPTION_EXPIRED: 'It is out of date. A new prescription is needed.',
  PRESCRIPTION_DISPENSED: 'It has been dispensed already: spine track <id>',
  PRESCRIPTION_INVALID_STATE_TRANSITION: 'See where the prescription is now: spine track <id>',
  MEDICATIONREQUEST_INVALID_STATE_TRANSITION: 'See where the items are now: spine track <id>',
  MEDICATIONREQUEST_NOT_FOUND:
    'Every item must be reported, and no other: give them with --item-ids',
  PATIENT_DECEASED: 'Check the NHS number. Nobody can prescribe for a patient who is dead.',
  DUPLICATE_PRESCRIPTION_ID: 'The id is in use. Leave --id out to have a new one.',
  CLAIM_INVALID_NOT_DISPENSED: 'Finish dispensing first: spine dispense <id>',
  DISPENSE_AMEND_IDENTIFIER_MISMATCH: LAST_NOTIFICATION,
  'R-0002': AT_DISPENSER,
  'R-0003': AT_DISPENSER,
  'R-0004': 'It has been dispensed. Speak to the patient or the pharmacy.',
  'R-0006': 'Nothing to do: it was cancelled before.',
  'R-0008': 'Check the id; the item is named with --item',
  'R-0010': 'Nothing to do: the pharmacy has marked it not dispensed.',
};

function adviceOn(code: string, status: number): string | null {
  if (code === '') return null; // a sentence that says it all
  const known = ADVICE[code];
  if (known !== undefined) return known;
  if (status === 403) return 'This persona may not do that. Choose another with --as: spine who';
  if (status === 429 || status >= 500) return 'Send the same again a little later.';
  return 'Correct the message and send it again.';
}
