import { assure, present } from '../kernel/bug.ts';
import { londonDate } from '../kernel/london.ts';
import type { Instant } from '../kernel/instant.ts';
import type {
  Cancellation,
  ClaimedIssue,
  CompletedIssue,
  Created,
  HeldIssue,
  Holding,
  Issue,
  Item,
  Placeholder,
  Prescription,
  PrescriptionEvent,
} from './prescription.ts';
import type { PrescriptionId } from './prescription-id.ts';

export type Known = Prescription | Placeholder;

/** What a prescription is after its events: the state row is always this fold [DESIGN D1]. */
export function evolveAll(
  id: PrescriptionId,
  before: Known | null,
  events: readonly PrescriptionEvent[],
): Known {
  const after = events.reduce<Known | null>((state, event) => evolve(id, state, event), before);
  return present(after, 'state after events');
}

function evolve(id: PrescriptionId, before: Known | null, event: PrescriptionEvent): Known {
  if (event.kind === 'Created') return created(id, before, event);
  if (event.kind === 'CancellationHeld') {
    const pending = [...(before?.pending ?? []), event.cancellation];
    return { kind: 'placeholder', id, pending };
  }
  const state = present(before, 'prescription');
  assure(state.kind === 'prescription', `${event.kind} of a placeholder`);
  return onPrescription(state, event);
}

function created(id: PrescriptionId, before: Known | null, event: Created): Prescription {
  const { orderId, longFormId, treatment, prescribedAt, patient, prescriber, nominated } = event;
  const issue: Issue = {
    number: 1,
    status: event.status,
    expiresOn: event.expiresOn,
    readyOn: event.readyOn,
    items: event.items.map((item) => ({ id: item, status: 'ToBeDispensed' })),
  };
  const facts = { orderId, longFormId, treatment, prescribedAt, patient, prescriber, nominated };
  const pending = before?.pending ?? [];
  return { kind: 'prescription', id, ...facts, currentIssue: 1, issues: [issue], pending };
}

type Later = Exclude<PrescriptionEvent, { kind: 'Created' | 'CancellationHeld' }>;

function onPrescription(state: Prescription, event: Later): Prescription {
  switch (event.kind) {
    case 'CancellationPended':
      return { ...state, pending: [...state.pending, event.cancellation] };
    case 'ItemCancelled':
    case 'PrescriptionCancelled':
      return {
        ...state,
        pending: state.pending.filter(({ id }) => id !== event.cancellation.id),
        issues: state.issues.map((issue) =>
          issue.number < event.fromIssue ? issue : cancelled(issue, event.cancellation, event.at),
        ),
      };
    case 'Returned':
      return { ...withIssue(state, event), nominated: null };
    case 'Released':
    case 'DispenseNotified':
    case 'DispenseWithdrawn':
    case 'Claimed':
    case 'ClaimAmended':
      return withIssue(state, event);
  }
}

type OfIssue = Extract<Later, { issue: number }>;

function withIssue(state: Prescription, event: OfIssue): Prescription {
  const issues = state.issues.map((issue) =>
    issue.number === event.issue ? onIssue(issue, event) : issue,
  );
  return { ...state, issues };
}

function onIssue(issue: Issue, event: OfIssue): Issue {
  const { number, expiresOn } = issue;
  const common = { number, expiresOn };
  if (event.kind === 'Released') {
    const items = changed(issue.items, 'ToBeDispensed', 'WithDispenser');
    const { holder, at, releaseId } = event;
    const holding = { holder, releasedAt: at, releaseId, itemsAtRelease: items, notifications: [] };
    return { ...common, status: 'WithDispenser', items, holding };
  }
  assure('holding' in issue, `${event.kind} of an issue that nobody holds`);
  const { holding, items } = issue;
  switch (event.kind) {
    case 'Returned': {
      const back = changed(items, 'WithDispenser', 'ToBeDispensed');
      const readyOn = londonDate(new Date(event.at));
      return { ...common, status: 'ToBeDispensed', items: back, readyOn };
    }
    case 'DispenseNotified': {
      const kept = holding.notifications.filter(({ id }) => id !== event.replaces);
      return afterNotifications(issue, {
        ...holding,
        notifications: [...kept, event.notification],
      });
    }
    case 'DispenseWithdrawn': {
      const kept = holding.notifications.filter(({ id }) => id !== event.notification);
      return afterNotifications(issue, { ...holding, notifications: kept });
    }
    case 'Claimed': {
      const claim = { id: event.claim, firstReceivedAt: event.at, replaced: [] };
      return { ...common, status: 'Claimed', items, holding, claim };
    }
    case 'ClaimAmended': {
      assure('claim' in issue, 'amendment of a claim that was not made');
      const replaced = [...issue.claim.replaced, event.replaces];
      return { ...issue, claim: { ...issue.claim, id: event.claim, replaced } };
    }
  }
}

type Touched = HeldIssue | CompletedIssue | ClaimedIssue;

/** With none left the issue is as it was released; else as the last one that stands says [EPS-LIFECYCLE 5.3]. */
function afterNotifications(issue: Touched, holding: Holding): HeldIssue | CompletedIssue {
  const { number, expiresOn } = issue;
  const last = holding.notifications.at(-1);
  const items = last?.items ?? holding.itemsAtRelease;
  return { number, expiresOn, status: last?.status ?? 'WithDispenser', items, holding };
}

/** One item, or the issue as a whole; an issue whose last active item goes is cancelled too [EPS-LIFECYCLE 6.3]. */
function cancelled(issue: Issue, cancellation: Cancellation, at: Instant): Issue {
  const items = issue.items.map(
    (item): Item => (item.id === cancellation.item ? { ...item, status: 'Cancelled' } : item),
  );
  const isOver = cancellation.item === null || !items.some(isActive);
  if (!isOver) return { ...issue, items };
  const { number, expiresOn } = issue;
  return { number, expiresOn, status: 'Cancelled', items, closedAt: at };
}

const INACTIVE = ['FullyDispensed', 'NotDispensed', 'Cancelled', 'Expired'];

function isActive(item: Item): boolean {
  return !INACTIVE.includes(item.status);
}

function changed(items: readonly Item[], from: Item['status'], to: Item['status']): Item[] {
  return items.map((item) => (item.status === from ? { ...item, status: to } : item));
}

/** The issue that a message without a repeat number is about. */
export function currentIssue(state: Prescription): Issue {
  return present(
    state.issues.find(({ number }) => number === state.currentIssue),
    'current issue',
  );
}
