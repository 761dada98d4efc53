import { at, listAt, numberAt, textAt } from '../client/json.ts';
import type { Course, ItemOutcome, Medication } from '../sample-messages/index.ts';
import { ITEM_STATUSES } from '../../prescriptions/statuses.ts';

/** What a client knows of one prescription, from what it sent and was sent. Synthetic data only. */
export type Remembered = {
  readonly shortFormId: string;
  readonly longFormId: string;
  readonly course: Course;
  readonly nhsNumber: string;
  readonly nominated: string | null;
  /** Persona who signed it; null when it came from elsewhere. */
  readonly prescriber: string | null;
  readonly authoredAt: string;
  readonly items: readonly RememberedItem[];
  /** Identifier of the release response that brought it. */
  readonly releaseId: string | null;
  /** Notifications that stand, oldest first, each with the items as they were after it. */
  readonly dispenses: readonly RememberedDispense[];
  readonly claimId: string | null;
};

export type RememberedItem = {
  readonly itemId: string;
  readonly medication: Medication;
  readonly outcome: ItemOutcome;
  /** In all so far. */
  readonly supplied: number;
};

export type RememberedDispense = {
  readonly messageId: string;
  readonly items: readonly RememberedItem[];
};

/** The items as the last notification left them. */
export function itemsNow(of: Remembered): readonly RememberedItem[] {
  return of.dispenses.at(-1)?.items ?? of.items;
}

/** Reads one again from the journal's JSON; null when it is not whole. */
export function readRemembered(value: unknown): Remembered | null {
  const shortFormId = textAt(value, 'shortFormId');
  const longFormId = textAt(value, 'longFormId');
  const nhsNumber = textAt(value, 'nhsNumber');
  const authoredAt = textAt(value, 'authoredAt');
  if (shortFormId === null || longFormId === null) return null;
  if (nhsNumber === null || authoredAt === null) return null;
  return {
    shortFormId,
    longFormId,
    nhsNumber,
    authoredAt,
    course: at(value, 'course') === 'repeat' ? 'repeat' : 'acute',
    nominated: textAt(value, 'nominated'),
    prescriber: textAt(value, 'prescriber'),
    items: readItems(listAt(value, 'items')),
    releaseId: textAt(value, 'releaseId'),
    dispenses: listAt(value, 'dispenses').map((dispense) => ({
      messageId: textAt(dispense, 'messageId') ?? '',
      items: readItems(listAt(dispense, 'items')),
    })),
    claimId: textAt(value, 'claimId'),
  };
}

function readItems(items: readonly unknown[]): readonly RememberedItem[] {
  return items.map((item) => ({
    itemId: textAt(item, 'itemId') ?? '',
    medication: readMedication(at(item, 'medication')),
    outcome: readOutcome(textAt(item, 'outcome')),
    supplied: numberAt(item, 'supplied') ?? 0,
  }));
}

function readMedication(value: unknown): Medication {
  return {
    code: textAt(value, 'code') ?? '',
    display: textAt(value, 'display') ?? '',
    unit: {
      code: textAt(value, 'unit', 'code') ?? '',
      display: textAt(value, 'unit', 'display') ?? '',
    },
    quantity: numberAt(value, 'quantity') ?? 0,
    dosage: textAt(value, 'dosage') ?? '',
  };
}

/**
 * The outcome behind a code of the list [EPS-CODES 1]; null for none, and for what no notification
 * reports.
 */
export function outcomeOfCode(code: string): ItemOutcome | null {
  return OUTCOMES.find((outcome) => ITEM_STATUSES[outcome].code === code) ?? null;
}

const OUTCOMES: readonly ItemOutcome[] = [
  'FullyDispensed',
  'NotDispensed',
  'PartiallyDispensed',
  'Owing',
  'Cancelled',
  'Expired',
  'WithDispenser',
];

function readOutcome(text: string | null): ItemOutcome {
  return OUTCOMES.find((outcome) => outcome === text) ?? 'WithDispenser';
}
