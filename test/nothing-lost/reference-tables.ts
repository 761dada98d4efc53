/** Tables and calendar of the reference model, copied from the specification by hand; see there. */

type Row = Readonly<Record<string, string>>;

export const WAITING = ['0001', '9001'];
export const IN_HAND = ['0002', '0003'];
const KNOWN = ['0001', '0002', '0003', '0005', '0006', '0007', '0008', '9001'];

/** Why a pharmacy's message is refused, by status of the issue; a status without an entry lets it pass [EPS-LIFECYCLE 4, 5]. */
export const REFUSED = {
  release: {
    none: 'RESOURCE_NOT_FOUND',
    '9005': 'PRESCRIPTION_CANCELLED',
    '0002': 'PRESCRIPTION_WITH_ANOTHER_DISPENSER',
    '0003': 'PRESCRIPTION_WITH_ANOTHER_DISPENSER',
    '0005': 'PRESCRIPTION_CANCELLED',
    '0006': 'PRESCRIPTION_DISPENSED',
    '0007': 'PRESCRIPTION_DISPENSED',
    '0008': 'PRESCRIPTION_DISPENSED',
  },
  return: unless('PRESCRIPTION_INVALID_STATE_TRANSITION', '0002'),
  dispense: unless('PRESCRIPTION_INVALID_STATE_TRANSITION', '0002', '0003'),
  amend: unless('PRESCRIPTION_INVALID_STATE_TRANSITION', '0002', '0003', '0006', '0007'),
  withdraw: unless('PRESCRIPTION_INVALID_STATE_TRANSITION', '0003', '0006', '0007'),
  claim: { ...unless('CLAIM_INVALID_NOT_DISPENSED', '0006', '0007'), '0008': 'ERROR' },
  'amend claim': unless('CLAIM_INVALID_NOT_DISPENSED', '0008'),
} as const satisfies Record<string, Row>;

function unless(refusal: string, ...statuses: readonly string[]): Row {
  const refused = KNOWN.filter((status) => !statuses.includes(status));
  return {
    none: 'PRESCRIPTION_NOT_FOUND',
    '9005': 'PRESCRIPTION_NOT_FOUND',
    ...Object.fromEntries(refused.map((status) => [status, refusal])),
  };
}

/** What a notification may make of an item [EPS-LIFECYCLE 5.1]. */
export const ITEM_NEXT: Readonly<Record<string, readonly string[]>> = {
  '0001': ['0001'],
  '0002': ['0002'],
  '0003': ['0001', '0003', '0006'],
  '0004': ['0001', '0002', '0003', '0004', '0006'],
  '0005': ['0005'],
  '0006': ['0006'],
  '0008': ['0001', '0002', '0003', '0004', '0006', '0008'],
};

/** Items that may stand under what a notification says of the issue; it can say nothing else [EPS-LIFECYCLE 1.3]. */
export const ITEMS_UNDER: Readonly<Record<string, readonly string[]>> = {
  '0003': ['0001', '0002', '0003', '0004', '0005', '0006', '0008'],
  '0006': ['0001', '0002', '0005', '0006'],
  '0007': ['0002', '0005', '0006'],
};

/** Answer to a cancellation, by status of the issue, and of an item that is not just waiting or in hand [EPS-LIFECYCLE 6.2]. */
export const CANCEL_ISSUE: Row = {
  '0001': 'R-0001',
  '9001': 'R-0001',
  '0002': 'R-0002',
  '0003': 'R-0003',
  '0005': 'R-0006',
  '0006': 'R-0004',
  '0007': 'R-0010',
  '0008': 'R-0004',
};
export const CANCEL_ITEM: Row = {
  '0001': 'R-0004',
  '0002': 'R-0010',
  '0003': 'R-0003',
  '0004': 'R-0003',
  '0005': 'R-0006',
  '0006': 'R-0005',
};

/** Items of which nothing more is to come [EPS-LIFECYCLE 6.3]. */
export const INACTIVE = ['0001', '0002', '0005', '0006'];

export type Instant = Temporal.Instant;
export type Day = Temporal.PlainDate;
const compare = (one: Day, other: Day): number => Temporal.PlainDate.compare(one, other);

export function dayOf(at: Instant): Day {
  return at.toZonedDateTimeISO('Europe/London').toPlainDate();
}

/** From the day that it is dated with [EPS-LIFECYCLE 2]. */
export function isReady(prescribedAt: Instant, at: Instant): boolean {
  return compare(dayOf(prescribedAt), dayOf(at)) <= 0;
}

export function isPostDated(prescribedAt: Instant, at: Instant): boolean {
  return Temporal.Instant.compare(prescribedAt, at.add({ hours: 24 })) > 0;
}

/** Six calendar months after the day it was prescribed on [EPS-LIFECYCLE 8]. */
export function isExpired(prescribedAt: Instant, at: Instant): boolean {
  return compare(dayOf(prescribedAt).add({ months: 6 }), dayOf(at)) <= 0;
}

/** A claim by the fifth is for the month before, and may be put right until the fifth of the month after [EPS-LIFECYCLE 5.4]. */
export function isTooLateToAmend(at: Instant, received: Day, dispensed: Day): boolean {
  const claimed = received.subtract({ days: 5 });
  const paidWith = compare(dispensed, claimed) > 0 ? dispensed : claimed;
  const last = paidWith.toPlainYearMonth().add({ months: 1 }).toPlainDate({ day: 5 });
  return compare(dayOf(at), last) > 0;
}
