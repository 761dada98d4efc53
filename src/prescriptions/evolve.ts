import { assure, present } from '../kernel/bug.ts';
import { type OfIssue, onIssue } from './evolve-issue.ts';
import { closeFrom } from './closing.ts';
import { isInHand, toCome } from './issues.ts';
import type { OdsCode } from './ods-code.ts';
import type {
  Created,
  Issue,
  Later,
  NextIssueBegun,
  Placeholder,
  Prescription,
  PrescriptionEvent,
  Tombstone,
} from './prescription.ts';
import type { PrescriptionId } from './prescription-id.ts';

export type Known = Prescription | Placeholder | Tombstone;

/** What a prescription is after its events: the state row is always this fold [DESIGN D1]. */
export function evolveAll(
  id: PrescriptionId,
  before: Known | null,
  events: readonly PrescriptionEvent[],
): Known {
  const evolve = evolving(id);
  const after = events.reduce<Known | null>((state, event) => evolve(state, event), before);
  return present(after, 'state after events');
}

/**
 * The same fold, event by event. A state that it answers is of use until the next one is asked for: its lists grow in
 * place, as copying them for each of a hundred thousand events would take minutes.
 */
export function evolving(
  id: PrescriptionId,
): (before: Known | null, event: PrescriptionEvent) => Known {
  const append = appending<OdsCode>();
  return (before, event) => evolve(id, before, event, append);
}

/** Adds to a list: to the one that it answered last in place, to any other in a copy. */
type Append<One> = (list: readonly One[], one: One) => readonly One[];

function appending<One>(): Append<One> {
  let own: One[] = [];
  return (list, one) => {
    if (list !== own) own = [...list];
    own.push(one);
    return own;
  };
}

function evolve(
  id: PrescriptionId,
  before: Known | null,
  event: PrescriptionEvent,
  append: Append<OdsCode>,
): Known {
  if (event.kind === 'Created') return created(id, before, event);
  if (event.kind === 'CancellationHeld') {
    return { kind: 'placeholder', id, pending: [...pendingOf(before), event.cancellation] };
  }
  if (event.kind === 'GoneBefore') {
    return { kind: 'tombstone', id, was: 'prescription', deletedAt: event.at };
  }
  const state = present(before, 'prescription');
  if (event.kind === 'Deleted') {
    assure(state.kind !== 'tombstone', 'deleted twice');
    return { kind: 'tombstone', id, was: state.kind, deletedAt: event.at };
  }
  assure(state.kind === 'prescription', `${event.kind} of a ${state.kind}`);
  return onPrescription(state, event, append);
}

/** Cancellations that wait, whatever they wait for. */
export function pendingOf(state: Known | null): Placeholder['pending'] {
  return state === null || state.kind === 'tombstone' ? [] : state.pending;
}

function created(id: PrescriptionId, before: Known | null, event: Created): Prescription {
  const { orderId, longFormId, treatment, prescribedAt, patient, prescriber, nominated } = event;
  const items = event.items.map((item) => ({ id: item, status: 'ToBeDispensed' as const }));
  const { status, expiresOn, readyOn } = event;
  const issue: Issue = { number: 1, status, expiresOn, readyOn, items };
  const facts = { orderId, longFormId, treatment, prescribedAt, patient, prescriber, nominated };
  const pending = pendingOf(before);
  const common = { kind: 'prescription', id, ...facts, currentIssue: 1, issues: [issue] } as const;
  if (event.repeats === null) return { ...common, repeats: null, later: null, pending };
  const { expiresOn: lastExpiry, ...repeats } = event.repeats;
  const later: Later = { from: 2, to: repeats.issues, expiresOn: lastExpiry, items };
  return { ...common, repeats, later: repeats.issues > 1 ? later : null, pending };
}

type AfterCreation = Exclude<
  PrescriptionEvent,
  { kind: 'Created' | 'CancellationHeld' | 'Deleted' | 'GoneBefore' }
>;

function onPrescription(
  state: Prescription,
  event: AfterCreation,
  append: Append<OdsCode>,
): Prescription {
  switch (event.kind) {
    case 'CancellationPended':
      return { ...state, pending: [...state.pending, event.cancellation] };
    case 'ItemCancelled':
    case 'PrescriptionCancelled':
    case 'Expired':
      return closeFrom(state, event);
    case 'NextIssueBegun':
      return begun(state, event);
    case 'NextIssueUndone':
      return undone(state, event.issue);
    case 'Returned':
      return nominatedTo(withIssue(state, event), null, append);
    case 'NominationChanged':
      return nominatedTo(state, event.to, append);
    case 'MigrationGap':
      return event.to;
    case 'MigrationHeld':
      return { ...state, held: event.because };
    case 'MigrationHoldEnded':
      return free(state);
    case 'DispenseNotified':
    case 'DispenseWithdrawn':
    case 'DispenseHistoryRebuilt':
      return backToIt(withIssue(state, event), event.issue);
    case 'BecameReady':
    case 'NoClaimed':
    case 'Released':
    case 'Claimed':
    case 'ClaimAmended':
      return withIssue(state, event);
  }
}

function nominatedTo(
  state: Prescription,
  to: Prescription['nominated'],
  append: Append<OdsCode>,
): Prescription {
  const { nominated, nominationHistory = [] } = state;
  return nominated === null
    ? { ...state, nominated: to }
    : { ...state, nominated: to, nominationHistory: append(nominationHistory, nominated) };
}

/** What waited stays out of every queue: who looked at it decides by its id. */
function free(held: Prescription): Prescription {
  const { held: _, ...state } = held;
  const issues = state.issues.map(
    (issue): Issue => (issue.status === 'ToBeDispensed' ? { ...issue, isReturned: true } : issue),
  );
  return { ...state, issues };
}

function withIssue(state: Prescription, event: OfIssue): Prescription {
  const issues = state.issues.map((issue) =>
    issue.number === event.issue ? onIssue(issue, event, state.repeats !== null) : issue,
  );
  return { ...state, issues };
}

/** An issue that is open again is the one that messages are about; what came after it is over or to come. */
function backToIt(state: Prescription, number: number): Prescription {
  const isOpen = state.issues.some((issue) => issue.number === number && isInHand(issue));
  return isOpen ? { ...state, currentIssue: number } : state;
}

function begun(state: Prescription, event: NextIssueBegun): Prescription {
  const { issue: number, status, readyOn } = event;
  const [next] = toCome(state);
  assure(next?.number === number, 'the next issue is the first of those to come');
  const issues = inOrder([...state.issues, { ...next, status, readyOn }]);
  const later = present(state.later, 'issues to come');
  const isLast = later.to === number;
  return {
    ...state,
    currentIssue: number,
    issues,
    later: isLast ? null : { ...later, from: number + 1 },
  };
}

function undone(state: Prescription, number: number): Prescription {
  const issue = present(
    state.issues.find((one) => one.number === number),
    'issue that was begun',
  );
  const { expiresOn, items } = issue;
  const to = state.later?.to ?? number;
  return {
    ...state,
    currentIssue: number - 1,
    issues: state.issues.filter((one) => one !== issue),
    later: { from: number, to, expiresOn, items },
  };
}

function inOrder(issues: readonly Issue[]): Issue[] {
  return issues.toSorted((one, other) => one.number - other.number);
}
