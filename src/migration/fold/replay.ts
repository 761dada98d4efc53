import {
  evolving,
  issueOf,
  type IssueStatus,
  type Prescription,
  type PrescriptionEvent,
  type PrescriptionId,
} from '../../prescriptions/rules.ts';
import type { Fact } from './facts.ts';

/** What came of the facts by the product's own rules, and which of them those do not allow [MIGRATION 3]. */
export type Replayed = {
  readonly state: Prescription;
  readonly facts: readonly Fact[];
  readonly illegal: readonly Fact[];
};

/** A step that the rules do not allow is left out and told of; nothing is put in its place. */
export function replay(id: PrescriptionId, facts: readonly Fact[]): Replayed | null {
  const evolve = evolving(id);
  let state: Prescription | null = null;
  const done: Fact[] = [];
  const illegal: Fact[] = [];
  for (const fact of facts) {
    const isAllowed = state === null ? fact.event.kind === 'Created' : isLegal(state, fact.event);
    if (!isAllowed) {
      illegal.push(fact);
      continue;
    }
    const after = evolve(state, fact.event);
    if (after.kind !== 'prescription') return null;
    state = after;
    done.push(fact);
  }
  return state === null ? null : { state, facts: done, illegal };
}

const SHELF: readonly IssueStatus[] = [
  'ToBeDispensed',
  'AwaitingReleaseReady',
  'PrescriptionFuture',
];
const HAND: readonly IssueStatus[] = ['WithDispenser', 'WithDispenserActive'];
const COMPLETE: readonly IssueStatus[] = ['Dispensed', 'NotDispensed'];

/** Under which statuses of its issue an event can come [EPS-LIFECYCLE 2]. */
const FROM: Readonly<Partial<Record<PrescriptionEvent['kind'], readonly IssueStatus[]>>> = {
  Released: SHELF,
  Returned: ['WithDispenser'],
  DispenseNotified: HAND,
  DispenseWithdrawn: ['WithDispenserActive', ...COMPLETE],
  Claimed: COMPLETE,
  ClaimAmended: ['Claimed'],
  NextIssueBegun: ['RepeatDispenseFuture'],
  BecameReady: ['AwaitingReleaseReady', 'PrescriptionFuture'],
  NoClaimed: ['WithDispenserActive', 'Dispensed'],
  Expired: [...SHELF, ...HAND, 'RepeatDispenseFuture'],
  PrescriptionCancelled: [...SHELF, 'RepeatDispenseFuture'],
  ItemCancelled: [...SHELF, 'RepeatDispenseFuture'],
};

function isLegal(state: Prescription, event: PrescriptionEvent): boolean {
  if (event.kind === 'NominationChanged') return true;
  if (event.kind === 'CancellationPended') {
    return state.issues.some(({ status }) => HAND.includes(status));
  }
  const number = 'issue' in event ? event.issue : 'fromIssue' in event ? event.fromIssue : null;
  const status = number === null ? undefined : issueOf(state, number)?.status;
  if (status === undefined) return false;
  if (event.kind === 'NextIssueBegun' && state.later?.from !== event.issue) return false;
  const isAmendment = event.kind === 'DispenseNotified' && event.replaces !== null;
  return (isAmendment ? [...HAND, ...COMPLETE] : (FROM[event.kind] ?? [])).includes(status);
}
