import { PERSONAS } from '../../src/local/personas.ts';
import { CANCEL } from '../bad-input/kinds.ts';
import type { Send, Step } from './catalogued.ts';
import { accepted, at, cancelled, firstTelling, ordered, released, sends } from './steps.ts';

/** An answer with the item as it stands: a Bundle, by what is known of the prescription [EPS-LIFECYCLE 6.2, 7]. */
export type CancelAnswer = {
  readonly code: string;
  readonly text: string;
  readonly when: string;
  readonly status: number;
  /** Status of the MedicationRequest. */
  readonly item: string;
  /** Whether the answer names the pharmacy that has the prescription. */
  readonly namesDispenser: boolean;
  readonly before: readonly Step[];
  readonly send: Send;
};

const OF_SHELF = { status: 400, namesDispenser: false, send: sends(CANCEL) } as const;
const OF_PHARMACY = { ...OF_SHELF, namesDispenser: true } as const;

const pending = accepted(sends(CANCEL), 400);

/** Somebody of another surgery asks. */
const elsewhere: Send = (spine, facts) => {
  const prescriber = PERSONAS.otherPrescriber;
  return sends(CANCEL)(spine, { ...facts, prescriber });
};

export const CANCEL_ANSWERS: readonly CancelAnswer[] = [
  {
    ...OF_SHELF,
    code: 'R-0001',
    text: 'Prescription/item was cancelled',
    when: 'it is on the shelf',
    status: 200,
    item: 'cancelled',
    before: [ordered],
  },
  {
    ...OF_PHARMACY,
    code: 'R-0002',
    text: 'Prescription/item was not cancelled. With dispenser. Marked for cancellation',
    when: 'a pharmacy has it, and has told nothing',
    item: 'active',
    before: [ordered, released],
  },
  {
    ...OF_PHARMACY,
    code: 'R-0002',
    text: 'Prescription/item was not cancelled. With dispenser. Marked for cancellation',
    when: 'it was asked before, by the same organisation',
    item: 'active',
    before: [ordered, released, pending],
  },
  {
    ...OF_PHARMACY,
    code: 'R-0003',
    text: 'Prescription/item was not cancelled. With dispenser active. Marked for cancellation',
    when: 'a pharmacy has given a part of it',
    item: 'active',
    before: [ordered, released, firstTelling(['0003'], '0003')],
  },
  {
    ...OF_PHARMACY,
    code: 'R-0004',
    text: 'Prescription/item was not cancelled. Prescription has been dispensed.',
    when: 'it was dispensed',
    item: 'completed',
    before: [ordered, released, firstTelling(['0001'], '0006')],
  },
  {
    ...OF_SHELF,
    code: 'R-0005',
    text: 'Prescription/item has expired',
    when: 'it has expired',
    item: 'stopped',
    before: [at('2026-01-05T09:00:00Z'), ordered, at('2026-08-05T09:00:00Z')],
  },
  {
    ...OF_SHELF,
    code: 'R-0006',
    text: 'Prescription/item had already been cancelled',
    when: 'it was cancelled',
    item: 'cancelled',
    before: [ordered, cancelled],
  },
  {
    ...OF_PHARMACY,
    code: 'R-0007',
    text: 'Prescription/item cancellation requested by another prescriber',
    when: 'another organisation asked while a pharmacy has it',
    item: 'unknown',
    before: [ordered, released, pending],
    send: elsewhere,
  },
  {
    ...OF_PHARMACY,
    code: 'R-0010',
    text: 'Prescription/item was not cancelled. Prescription has been not dispensed.',
    when: 'it was told as not dispensed',
    item: 'stopped',
    before: [ordered, released, firstTelling(['0002'], '0007')],
  },
];
