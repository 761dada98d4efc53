/** Answers to a cancel request [EPS-LIFECYCLE 7]: `request` is the MedicationRequest's status, null where an OperationOutcome says it. */
export const CANCEL_CODES = {
  'R-0001': { text: 'Prescription/item was cancelled', request: 'cancelled', issue: null },
  'R-0002': {
    text: 'Prescription/item was not cancelled. With dispenser. Marked for cancellation',
    request: 'active',
    issue: null,
  },
  'R-0003': {
    text: 'Prescription/item was not cancelled. With dispenser active. Marked for cancellation',
    request: 'active',
    issue: null,
  },
  'R-0004': {
    text: 'Prescription/item was not cancelled. Prescription has been dispensed.',
    request: 'completed',
    issue: null,
  },
  'R-0005': { text: 'Prescription/item has expired', request: 'stopped', issue: null },
  'R-0006': {
    text: 'Prescription/item had already been cancelled',
    request: 'cancelled',
    issue: null,
  },
  'R-0007': {
    text: 'Prescription/item cancellation requested by another prescriber',
    request: 'unknown',
    issue: null,
  },
  'R-0008': { text: 'Prescription/item not found', request: null, issue: 'not-found' },
  'R-0009': {
    text: 'Cancellation functionality disabled in SPINE',
    request: null,
    issue: 'not-supported',
  },
  'R-0010': {
    text: 'Prescription/item was not cancelled. Prescription has been not dispensed.',
    request: 'stopped',
    issue: null,
  },
  'R-5000': {
    text: 'Unable to process message. Information missing or invalid',
    request: null,
    issue: 'processing',
  },
} as const satisfies Record<string, { text: string; request: string | null; issue: string | null }>;

export type CancelCode = keyof typeof CANCEL_CODES;
