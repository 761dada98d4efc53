import { type IssueStatus, ITEM_TRANSITIONS, type ItemStatus } from './statuses.ts';

/** What an issue may become; `Gone`: nobody gets the record any more. */
export type To = IssueStatus | 'Gone';

/** Something that may change an issue: a message, or time. */
export type Cause = {
  readonly what: string;
  readonly by: string;
  /** Under each status what the issue may be afterwards; a status that is not here refuses, or does not change. */
  readonly issue: Readonly<Partial<Record<IssueStatus, readonly To[]>>>;
  /** What an item of each status may be afterwards; one that is not here stays as it is. */
  readonly item: Readonly<Partial<Record<ItemStatus, readonly ItemStatus[]>>>;
};

const TOLD = ['WithDispenserActive', 'Dispensed', 'NotDispensed'] as const;

/** How items end once nothing more is to come of them. */
const ENDED = {
  PartiallyDispensed: ['FullyDispensed'],
  Owing: ['NotDispensed'],
  WithDispenser: ['Expired'],
} as const;

const ON_THE_SHELF = ['AwaitingReleaseReady', 'ToBeDispensed', 'PrescriptionFuture'] as const;

const CANCELLED: Cause['issue'] = {
  ...each([...ON_THE_SHELF, 'RepeatDispenseFuture'], ['Cancelled']),
  WithDispenser: ['WithDispenser'],
  WithDispenserActive: ['WithDispenserActive'],
};

/** All that may happen to an issue and its items; docs/reference/lifecycle.md is printed from this [EPS-LIFECYCLE 2]. */
export const TRANSITIONS = {
  release: {
    what: 'release by id',
    by: 'any pharmacy',
    issue: each(ON_THE_SHELF, ['WithDispenser']),
    item: { ToBeDispensed: ['WithDispenser'] },
  },
  download: {
    what: 'nominated release',
    by: 'the nominated pharmacy',
    issue: each(['ToBeDispensed', 'PrescriptionFuture'], ['WithDispenser']),
    item: { ToBeDispensed: ['WithDispenser'] },
  },
  return: {
    what: 'return; a cancellation that waited is done',
    by: 'the pharmacy',
    issue: { WithDispenser: ['ToBeDispensed', 'Cancelled'] },
    item: { WithDispenser: ['ToBeDispensed'] },
  },
  dispense: {
    what: 'dispense notification',
    by: 'the pharmacy',
    issue: each(['WithDispenser', 'WithDispenserActive'], TOLD),
    item: ITEM_TRANSITIONS,
  },
  amend: {
    what: 'amended dispense notification: from what was before the replaced one',
    by: 'the pharmacy',
    issue: each(TOLD, TOLD),
    item: ITEM_TRANSITIONS,
  },
  withdraw: {
    what: 'withdrawal: as before the last notification; repeat dispensing not below 0003',
    by: 'the pharmacy',
    issue: each(TOLD, ['WithDispenser', 'WithDispenserActive']),
    item: {},
  },
  rebuild: {
    what: 'rebuilt dispense history: from what was at the release',
    by: 'the pharmacy',
    issue: each(TOLD, TOLD),
    item: ITEM_TRANSITIONS,
  },
  claim: {
    what: 'claim',
    by: 'the pharmacy',
    issue: each(['Dispensed', 'NotDispensed'], ['Claimed']),
    item: {},
  },
  amendClaim: {
    what: 'amended claim',
    by: 'the pharmacy',
    issue: { Claimed: ['Claimed'] },
    item: {},
  },
  cancel: {
    what: 'cancellation of the whole; with a pharmacy it waits',
    by: 'the prescriber',
    issue: CANCELLED,
    item: {},
  },
  cancelItem: {
    what: 'cancellation of an item: the issue goes with its last one; with a pharmacy it waits',
    by: 'the prescriber',
    issue: {
      AwaitingReleaseReady: ['AwaitingReleaseReady', 'Cancelled'],
      ToBeDispensed: ['ToBeDispensed', 'Cancelled'],
      PrescriptionFuture: ['PrescriptionFuture', 'Cancelled'],
      RepeatDispenseFuture: ['RepeatDispenseFuture', 'Cancelled'],
      WithDispenser: ['WithDispenser'],
      WithDispenserActive: ['WithDispenserActive'],
    },
    item: { ToBeDispensed: ['Cancelled'] },
  },
  death: {
    what: 'notice of the death of the patient: as a cancellation of the whole',
    by: 'the demographics service',
    issue: CANCELLED,
    item: {},
  },
  nomination: {
    what: 'another nomination: repeat dispensing that nobody has goes from queue to queue',
    by: 'the patient, or a practice or pharmacy for them',
    issue: {
      AwaitingReleaseReady: ['AwaitingReleaseReady'],
      ToBeDispensed: ['ToBeDispensed'],
      RepeatDispenseFuture: ['RepeatDispenseFuture'],
      PrescriptionFuture: ['PrescriptionFuture'],
    },
    item: {},
  },
  ready: {
    what: 'its day has come',
    by: 'time',
    issue: each(['AwaitingReleaseReady', 'PrescriptionFuture'], ['ToBeDispensed']),
    item: {},
  },
  expire: {
    what: 'its last day is over, and that of all later issues',
    by: 'time',
    issue: {
      ...each([...ON_THE_SHELF, 'RepeatDispenseFuture', 'WithDispenser'], ['Expired']),
      WithDispenserActive: ['Dispensed'],
    },
    item: { ...ENDED, ToBeDispensed: ['Expired'] },
  },
  noClaim: {
    what: 'no claim within 180 days',
    by: 'time',
    issue: each(['WithDispenserActive', 'Dispensed'], ['NoClaimed']),
    item: ENDED,
  },
  begin: {
    what: 'the issue before it is complete',
    by: 'a dispense notification, or time',
    issue: { RepeatDispenseFuture: ['AwaitingReleaseReady', 'ToBeDispensed'] },
    item: {},
  },
  undo: {
    what: 'the issue before it is open again',
    by: 'a withdrawal or an amendment',
    issue: { AwaitingReleaseReady: ['RepeatDispenseFuture'] },
    item: {},
  },
  delete: {
    what: 'kept as long as it must be',
    by: 'time',
    issue: each(['Expired', 'Cancelled', 'NotDispensed', 'Claimed', 'NoClaimed'], ['Gone']),
    item: {},
  },
} as const satisfies Record<string, Cause>;

export type CauseName = keyof typeof TRANSITIONS;

function each(from: readonly IssueStatus[], to: readonly To[]): Cause['issue'] {
  const row: Partial<Record<IssueStatus, readonly To[]>> = {};
  for (const status of from) row[status] = to;
  return row;
}
