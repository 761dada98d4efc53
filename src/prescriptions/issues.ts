import { present } from '../kernel/bug.ts';
import type { Known } from './evolve.ts';
import type { HeldIssue, Issue, Item, Later, Prescription, WaitingIssue } from './prescription.ts';
import { ISSUE_STATUSES } from './statuses.ts';

/** The issue that a return or a history is of when it tells none [EPS-HL7V3 6.6, 6.9]. */
export const FIRST_ISSUE = 1;

/** The issue that a message without a repeat number is about. */
export function currentIssue(state: Prescription): Issue {
  return present(issueOf(state, state.currentIssue), 'current issue');
}

/** The issue of a number, begun or to come; null when there is none. */
export function issueOf(state: Prescription, number: number): Issue | null {
  const begun = state.issues.find((issue) => issue.number === number);
  return begun ?? toCome(state).find((issue) => issue.number === number) ?? null;
}

/** The issue that a message names; only with repeat dispensing is that looked at, and else the current one is meant [EPS-LIFECYCLE 2]. */
export function namedIssue(state: Prescription, number: number | null): Issue | null {
  return number === null || state.repeats === null ? currentIssue(state) : issueOf(state, number);
}

export function issueCount({ repeats }: Prescription): number {
  return repeats?.issues ?? 1;
}

/** Last issue that an item is in [EPS-LIFECYCLE 2]. */
export function lastIssueOf(state: Prescription, item: string): number {
  return state.repeats?.fewer[item] ?? issueCount(state);
}

/** Issues to come one by one, each with the items that it will have. */
export function toCome(state: Prescription): WaitingIssue[] {
  const { later } = state;
  if (later === null) return [];
  return Array.from({ length: later.to - later.from + 1 }, (_, n) =>
    begin(state, later, later.from + n),
  );
}

function begin(state: Prescription, later: Later, number: number): WaitingIssue {
  const { expiresOn } = later;
  const items = later.items.map(
    (item): Item =>
      item.status === 'ToBeDispensed' && lastIssueOf(state, item.id) < number
        ? { ...item, status: 'Expired' }
        : item,
  );
  return { number, expiresOn, items, status: 'RepeatDispenseFuture', readyOn: expiresOn };
}

const INACTIVE = ['FullyDispensed', 'NotDispensed', 'Cancelled', 'Expired'];

/** Whether something may still come of an item [EPS-LIFECYCLE 6.3]. */
export function isActive(item: Item): boolean {
  return !INACTIVE.includes(item.status);
}

export function isOver({ status }: Issue): boolean {
  return status === 'Cancelled' || status === 'Expired';
}

/** Completed by a dispenser or by time: the next issue may be begun [EPS-LIFECYCLE 1.1]. */
export function isComplete({ status }: Issue): boolean {
  return (
    status === 'Dispensed' ||
    status === 'NotDispensed' ||
    status === 'Claimed' ||
    status === 'NoClaimed'
  );
}

export function isInHand(issue: Issue): issue is HeldIssue {
  return issue.status === 'WithDispenser' || issue.status === 'WithDispenserActive';
}

/** Of the current issue, as code of the specification; a record that is gone has none. */
export function statusCode(state: Known): string {
  if (state.kind === 'tombstone') return 'gone';
  const status = state.kind === 'placeholder' ? 'CancelledFuture' : currentIssue(state).status;
  return ISSUE_STATUSES[status].code;
}
