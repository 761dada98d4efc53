import type { IssueStatus } from './statuses.ts';

/** Status of the issue that a message or a timed change is about; a placeholder is not an issue. */
export type From = Exclude<IssueStatus, 'CancelledFuture'>;

/** What may be done to an issue: messages, and what time brings. */
export type Act =
  | 'release'
  | 'return'
  | 'dispense'
  | 'amend'
  | 'withdraw'
  | 'claim'
  | 'amend claim'
  | 'cancel'
  | 'ready'
  | 'expire'
  | 'no claim';

type Row = {
  readonly act: Act;
  readonly by: string;
  readonly to: Readonly<Partial<Record<From, From | 'as told' | 'as before' | 'unchanged'>>>;
};

/**
 * What becomes of an issue, by its status; where a status is not named the act is refused [EPS-LIFECYCLE 2].
 * The lifecycle page is printed from it, and it is tested against the rules themselves.
 */
export const TRANSITIONS: readonly Row[] = [
  {
    act: 'release',
    by: 'dispenser',
    to: {
      ToBeDispensed: 'WithDispenser',
      AwaitingReleaseReady: 'WithDispenser',
      PrescriptionFuture: 'WithDispenser',
    },
  },
  { act: 'return', by: 'dispenser', to: { WithDispenser: 'ToBeDispensed' } },
  {
    act: 'dispense',
    by: 'dispenser',
    to: { WithDispenser: 'as told', WithDispenserActive: 'as told' },
  },
  {
    act: 'amend',
    by: 'dispenser',
    to: { WithDispenserActive: 'as told', Dispensed: 'as told', NotDispensed: 'as told' },
  },
  {
    act: 'withdraw',
    by: 'dispenser',
    to: { WithDispenserActive: 'as before', Dispensed: 'as before', NotDispensed: 'as before' },
  },
  { act: 'claim', by: 'dispenser', to: { Dispensed: 'Claimed', NotDispensed: 'Claimed' } },
  { act: 'amend claim', by: 'dispenser', to: { Claimed: 'Claimed' } },
  {
    act: 'cancel',
    by: 'prescriber',
    to: {
      ToBeDispensed: 'Cancelled',
      AwaitingReleaseReady: 'Cancelled',
      RepeatDispenseFuture: 'Cancelled',
      PrescriptionFuture: 'Cancelled',
      WithDispenser: 'unchanged',
      WithDispenserActive: 'unchanged',
    },
  },
  {
    act: 'ready',
    by: 'time',
    to: { PrescriptionFuture: 'ToBeDispensed', AwaitingReleaseReady: 'ToBeDispensed' },
  },
  {
    act: 'expire',
    by: 'time',
    to: {
      ToBeDispensed: 'Expired',
      AwaitingReleaseReady: 'Expired',
      RepeatDispenseFuture: 'Expired',
      PrescriptionFuture: 'Expired',
      WithDispenser: 'Expired',
      WithDispenserActive: 'Dispensed',
    },
  },
  {
    act: 'no claim',
    by: 'time',
    to: { WithDispenserActive: 'NoClaimed', Dispensed: 'NoClaimed' },
  },
];
