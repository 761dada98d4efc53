import type { Instant } from '../../kernel/instant.ts';
import type { Uuid } from '../../kernel/uuid.ts';
import { evolveAll, type Known } from '../evolve.ts';
import type { OrderDocument } from '../hl7v3/order-document.ts';
import { issueOf } from '../issues.ts';
import type { Issue, PrescriptionEvent } from '../prescription.ts';
import type { PrescriptionId } from '../prescription-id.ts';
import type { Doer, Recorded } from './repository.ts';
import type { TrackedRecord } from './tracked-record.ts';

/** One change of one issue: how it stood before and after, and who brought it about. */
export type Step = {
  readonly number: number;
  readonly at: Instant;
  readonly messageId: Uuid;
  readonly by: Doer;
  readonly event: PrescriptionEvent;
  /** Null: the issue was not there. */
  readonly before: Issue | null;
  readonly after: Issue | null;
};

/** A record, what its order says, the issue that is asked for, and what happened to that. */
export type Viewed = {
  readonly record: TrackedRecord;
  readonly document: OrderDocument;
  readonly issue: Issue;
  readonly steps: readonly Step[];
};

/** What happened to one issue, in its order; events that leave an issue alone are not of its history. */
export function stepsOf(id: PrescriptionId, recorded: readonly Recorded[], issue: number): Step[] {
  const steps: Step[] = [];
  let state: Known | null = null;
  for (const { event, ...known } of recorded) {
    const before = issueIn(state, issue);
    state = evolveAll(id, state, [event]);
    const after = issueIn(state, issue);
    if (isOf(event, issue)) steps.push({ ...known, event, before, after });
  }
  return steps;
}

function issueIn(state: Known | null, issue: number): Issue | null {
  return state?.kind === 'prescription' ? issueOf(state, issue) : null;
}

/** Those that name an issue are of that one, those that name the first of several of these, others of all. */
function isOf(event: PrescriptionEvent, issue: number): boolean {
  if ('issue' in event) return event.issue === issue;
  return !('fromIssue' in event) || event.fromIssue <= issue;
}

/** How the NHS's trackers call an event; what stands behind `;` they leave out [TRACKER 1.4, EPS-HL7V3 10.2]. */
export function titleOf({ event, messageId }: Pick<Step, 'event' | 'messageId'>): string {
  switch (event.kind) {
    case 'Created':
      return 'Prescription upload successful';
    case 'Released':
      return event.by === 'nomination'
        ? 'Nominated Release Request successful'
        : 'Release Request successful';
    case 'Returned':
      return 'Dispense proposal return successful';
    case 'DispenseNotified':
      return `Dispense notification successful; Update applied to issue=${event.issue}`;
    case 'DispenseWithdrawn':
      return 'Dispense Withdrawal successful';
    case 'DispenseHistoryRebuilt':
      return 'Rebuild Dispense History successful';
    case 'Claimed':
    case 'ClaimAmended':
      return 'Dispense claim successful';
    case 'NominationChanged':
    case 'NextIssueBegun':
    case 'NextIssueUndone':
    case 'MigrationGap':
    case 'MigrationHeld':
    case 'MigrationHoldEnded':
    case 'GoneBefore':
      return 'Administrative update successful';
    case 'BecameReady':
    case 'Expired':
    case 'NoClaimed':
    case 'Deleted':
      return 'Updated by Routine Admin Batch worker';
    case 'CancellationPended':
    case 'CancellationHeld':
      return 'Prescription/item was not cancelled. With dispenser. Marked for cancellation';
    case 'ItemCancelled':
    case 'PrescriptionCancelled':
      return event.cancellation.id === messageId
        ? 'Prescription/item was cancelled'
        : 'Subsequent cancellation';
  }
}
