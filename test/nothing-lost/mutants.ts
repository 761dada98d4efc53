import { londonDate } from '../../src/kernel/london.ts';
import { fail, ok, type Result } from '../../src/kernel/result.ts';
import type { Known } from '../../src/prescriptions/evolve.ts';
import type { CancelDecision } from '../../src/prescriptions/messages/cancel/decide.ts';
import type {
  Issue,
  Prescription,
  PrescriptionEvent,
} from '../../src/prescriptions/prescription.ts';
import type { Release } from '../../src/prescriptions/messages/release/decide.ts';
import type { QueueChange } from '../../src/prescriptions/queue.ts';
import type { Rejection } from '../../src/prescriptions/rejections.ts';
import { CORE, type Core } from './pure-spine.ts';

/** A fault put into the service on purpose, and its number in the list of seeded bugs [RELIABILITY 5]. */
export type Mutant = { readonly number: string; readonly what: string; readonly core: Core };

export const MUTANTS: readonly Mutant[] = [
  mutant('B5', 'a return keeps the nomination', {
    evolveAll: (id, before, events) => {
      const after = CORE.evolveAll(id, before, events);
      const isReturn = events.some(({ kind }) => kind === 'Returned');
      return isReturn ? { ...after, ...nominationOf(before) } : after;
    },
  }),
  mutant('B5', 'a return puts what was nominated into the queue again', {
    queueChanges: (before, events, after) =>
      queuedAgain('Returned', before, events) ?? CORE.queueChanges(before, events, after),
    release: whoeverIsNominated('ReleaseNotFound'),
  }),
  mutant('B6', 'a withdrawal puts what was nominated into the queue again', {
    queueChanges: (before, events, after) =>
      queuedAgain('DispenseWithdrawn', before, events) ?? CORE.queueChanges(before, events, after),
    release: whoeverIsNominated('WithAnotherDispenser'),
  }),
  // A notification carries what each item has come to, not how much was handed over: EPS sums by status.
  mutant('B7', 'what was told of an item before counts for nothing', {
    dispense: (state, command, settings) => {
      const decision = CORE.dispense(state, command, settings);
      const isItem = !decision.ok && decision.error.kind === 'InvalidItemTransition';
      const status = command.status;
      const isStatus =
        status === 'WithDispenserActive' || status === 'Dispensed' || status === 'NotDispensed';
      if (!isItem || !isStatus) return decision;
      const { messageId: id, items, dispensedAt, at: receivedAt, replaces } = command;
      const notification = { id, status, items, dispensedAt, receivedAt };
      return ok([{ kind: 'DispenseNotified', issue: 1, notification, replaces }]);
    },
  }),
  mutant('B14', 'a withdrawal leaves the items as they were told', {
    evolveAll: (id, before, events) => {
      const after = CORE.evolveAll(id, before, events);
      const isWithdrawal = events.some(({ kind }) => kind === 'DispenseWithdrawn');
      return isWithdrawal
        ? withIssue(after, (issue, n) => ({ ...issue, items: issuesOf(before)[n]?.items ?? [] }))
        : after;
    },
  }),
  mutant('B14', 'a withdrawal goes back to the release, whatever was told before', {
    evolveAll: (id, before, events) => {
      const after = CORE.evolveAll(id, before, events);
      const isWithdrawal = events.some(({ kind }) => kind === 'DispenseWithdrawn');
      return isWithdrawal
        ? withIssue(after, (issue) =>
            'holding' in issue
              ? { ...issue, status: 'WithDispenser', items: issue.holding.itemsAtRelease }
              : issue,
          )
        : after;
    },
  }),
  mutant('B13', 'a cancellation that has to wait is dropped', {
    cancel: without('CancellationPended'),
  }),
  mutant('B13', 'a return drops the cancellations that waited', {
    giveBack: (...given) => onlyFirst(CORE.giveBack(...given)),
  }),
  mutant('I11', 'a prescription drops the cancellations that came first', {
    create: (...given) => onlyFirst(CORE.create(...given)),
  }),
  mutant('B10', 'a cancellation wins after the release', {
    cancel: (state, command) => {
      const decision = CORE.cancel(state, command);
      const isPending = decision.ok && decision.value.events[0]?.kind === 'CancellationPended';
      if (!isPending) return decision;
      const { messageId: id, item, organisation, reason, at } = command;
      const cancellation = { id, item, organisation, reason, at };
      const kind = item === null ? 'PrescriptionCancelled' : 'ItemCancelled';
      return ok({
        ...decision.value,
        code: 'R-0001',
        events: [{ kind, fromIssue: 1, cancellation, at }],
      });
    },
  }),
  mutant('B8', 'an issue is claimed twice', {
    claim: (state, command, settings) => {
      const decision = CORE.claim(state, command, settings);
      const isAgain = state?.kind === 'prescription' && state.issues[0]?.status === 'Claimed';
      if (decision.ok || !isAgain || command.replaces !== null) return decision;
      const { claim, authority, at } = command;
      return ok([{ kind: 'Claimed', issue: 1, claim, authority, at }]);
    },
  }),
  mutant('B1', 'two pharmacies get it', {
    release: (state, command) =>
      evenIf('WithAnotherDispenser', CORE.release(state, command), command),
  }),
  mutant('B16', 'expiry is a day late', {
    release: (state, command) => {
      const at = new Date(Date.parse(command.at) - 86_400_000).toISOString();
      return CORE.release(state, { ...command, at: at as typeof command.at });
    },
  }),
  mutant('-', 'an amendment adds to the notification that it replaces', {
    dispense: (...given) => {
      const decision = CORE.dispense(...given);
      const [event] = decision.ok ? decision.value : [];
      return event?.kind === 'DispenseNotified' ? ok([{ ...event, replaces: null }]) : decision;
    },
  }),
  mutant('-', 'a cancelled prescription stays in its queue', {
    queueChanges: (...given) =>
      CORE.queueChanges(...given).filter(
        (change) => change.kind !== 'leave' || change.because !== 'cancelled',
      ),
    release: whoeverIsNominated('PrescriptionCancelled'),
  }),
];

function mutant(number: string, what: string, changes: Partial<Core>): Mutant {
  return { number, what, core: { ...CORE, ...changes } };
}

function queuedAgain(
  because: PrescriptionEvent['kind'],
  before: Known | null,
  [event]: readonly PrescriptionEvent[],
): QueueChange[] | null {
  if (before?.kind !== 'prescription' || event?.kind !== because) return null;
  const { nominated: organisation, prescribedAt, issues } = before;
  const expiresOn = issues[0]?.expiresOn;
  if (organisation === null || expiresOn === undefined || !('at' in event)) return null;
  const availableOn = londonDate(new Date(event.at));
  const stay = { organisation, issue: 1, prescribedAt, availableOn, expiresOn };
  return [{ kind: 'enter', ...stay, renominatedBy: null }];
}

/** A nominated release that takes no notice of this refusal. */
function whoeverIsNominated(refusal: Rejection['kind']): Core['release'] {
  return (state, command) => {
    const decision = CORE.release(state, command);
    return command.by === 'nomination' ? evenIf(refusal, decision, command) : decision;
  };
}

/** Releases although it is refused for this reason. */
function evenIf(
  refusal: Rejection['kind'],
  decision: ReturnType<Core['release']>,
  { dispenser: holder, by, releaseId, at }: Release,
): ReturnType<Core['release']> {
  if (decision.ok || decision.error.kind !== refusal) return decision;
  return ok([{ kind: 'Released', issue: 1, holder, by, releaseId, at }]);
}

function without(kind: PrescriptionEvent['kind']): Core['cancel'] {
  return (state, command): Result<CancelDecision, never> | ReturnType<Core['cancel']> => {
    const decision = CORE.cancel(state, command);
    if (!decision.ok) return fail(decision.error);
    return ok({
      ...decision.value,
      events: decision.value.events.filter((event) => event.kind !== kind),
    });
  };
}

function onlyFirst<Problem>(
  decision: Result<PrescriptionEvent[], Problem>,
): Result<PrescriptionEvent[], Problem> {
  return decision.ok ? ok(decision.value.slice(0, 1)) : decision;
}

function nominationOf(state: Known | null): Pick<Prescription, 'nominated'> | null {
  return state?.kind === 'prescription' ? { nominated: state.nominated } : null;
}

function issuesOf(state: Known | null): readonly Issue[] {
  return state?.kind === 'prescription' ? state.issues : [];
}

function withIssue(state: Known, change: (issue: Issue, n: number) => Issue): Known {
  return state.kind === 'prescription' ? { ...state, issues: state.issues.map(change) } : state;
}
