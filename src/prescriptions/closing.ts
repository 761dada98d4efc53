import { isActive, isOver, issueCount, toCome } from './issues.ts';
import type { Issue, Item, Prescription, PrescriptionEvent } from './prescription.ts';
import type { ItemStatus } from './statuses.ts';

type Closing = Extract<
  PrescriptionEvent,
  { kind: 'ItemCancelled' | 'PrescriptionCancelled' | 'Expired' }
>;

/**
 * A cancellation or an expiry is of one issue and all that follow [EPS-LIFECYCLE 2, 6.3]. Of the issues to
 * come those that are over by it are kept one by one, and the others still as one.
 */
export function closeFrom(state: Prescription, event: Closing): Prescription {
  const change = (issue: Issue): Issue =>
    event.kind === 'Expired' ? expired(issue, event) : cancelled(issue, event);
  const begun = state.issues.map((issue) =>
    issue.number < event.fromIssue ? issue : change(issue),
  );
  const over = toCome(state).map(change).filter(isOver);
  const issues = [...begun, ...over].toSorted((one, other) => one.number - other.number);
  return {
    ...state,
    issues,
    later: stillToCome(state, event, over.length),
    pending:
      event.kind === 'Expired'
        ? state.pending
        : state.pending.filter(({ id }) => id !== event.cancellation.id),
    currentIssue: firstOpen(state, issues),
  };
}

/** Items leave the later issues too; the more issues, the fewer items, so that the last ones are over first. */
function stillToCome(state: Prescription, event: Closing, over: number): Prescription['later'] {
  const { later } = state;
  if (later === null || later.to - over < later.from) return null;
  const cancelled = event.kind === 'Expired' ? null : event.cancellation.item;
  const items = later.items.map(
    (item): Item => (item.id === cancelled ? { ...item, status: 'Cancelled' } : item),
  );
  return { ...later, to: later.to - over, items };
}

/** The first from the current one that is not over, or else the last of all [EPS-LIFECYCLE 6.3]. */
function firstOpen(state: Prescription, issues: readonly Issue[]): number {
  const open = issues.find((issue) => issue.number >= state.currentIssue && !isOver(issue));
  return open?.number ?? issueCount(state);
}

/** One item, or the issue as a whole; an issue whose last active item goes is cancelled too [EPS-LIFECYCLE 6.3]. */
function cancelled(
  issue: Issue,
  { cancellation, at }: Exclude<Closing, { kind: 'Expired' }>,
): Issue {
  if (issue.status === 'Expired') return issue;
  const items = issue.items.map(
    (item): Item => (item.id === cancellation.item ? { ...item, status: 'Cancelled' } : item),
  );
  if (cancellation.item !== null && items.some(isActive)) return { ...issue, items };
  const { number, expiresOn } = issue;
  return { number, expiresOn, status: 'Cancelled', items, closedAt: at };
}

/** What was begun with a dispenser counts as dispensed; everything else is gone [EPS-LIFECYCLE 2]. */
function expired(issue: Issue, { at }: Extract<Closing, { kind: 'Expired' }>): Issue {
  if (isOver(issue)) return issue;
  const items = issue.items.map(ended);
  if (issue.status === 'WithDispenserActive') return { ...issue, status: 'Dispensed', items };
  const { number, expiresOn } = issue;
  return { number, expiresOn, status: 'Expired', items, closedAt: at };
}

const ENDS_AS: Readonly<Partial<Record<ItemStatus, ItemStatus>>> = {
  PartiallyDispensed: 'FullyDispensed',
  Owing: 'NotDispensed',
  WithDispenser: 'Expired',
  ToBeDispensed: 'Expired',
};

/** How an item stands once nothing more is to come of it. */
export function ended(item: Item): Item {
  return { ...item, status: ENDS_AS[item.status] ?? item.status };
}
