import type { Instant } from '../kernel/instant.ts';
import type { LondonDate } from '../kernel/london.ts';
import type { Known } from './evolve.ts';
import type { NominationChanged } from './nomination-changed.ts';
import type { OdsCode } from './ods-code.ts';
import type { Prescription, PrescriptionEvent } from './prescription.ts';

/** A stay in a pharmacy's automatic-download queue begins, or ends and why [DESIGN D4]. */
export type QueueChange =
  | {
      readonly kind: 'enter';
      readonly organisation: OdsCode;
      readonly issue: number;
      readonly prescribedAt: Instant;
      readonly availableOn: LondonDate;
      readonly expiresOn: LondonDate;
      /** The person whose act it is, without whom nothing enters a queue again [RELIABILITY I9]. */
      readonly renominatedBy: string | null;
    }
  | {
      readonly kind: 'leave';
      readonly organisation: OdsCode;
      readonly issue: number;
      readonly because: 'taken' | 'pulled' | 'cancelled' | 'expired' | 'moved' | 'held';
    };

/**
 * What a message changes: an issue enters when it first becomes 0001, leaves when it is that no more, and goes
 * from one queue to another with the patient's nomination. A return is not among the causes: what came back never
 * enters again by itself.
 */
export function queueChanges(
  before: Known | null,
  events: readonly PrescriptionEvent[],
  after: Known,
): QueueChange[] {
  if (after.kind !== 'prescription') return [];
  for (const event of events) {
    const changes =
      event.kind === 'NominationChanged'
        ? moved(event, before, after)
        : (onShelf(event, after) ?? offShelf(event, before, after));
    if (changes.length > 0) return changes;
  }
  return [];
}

function onShelf(event: PrescriptionEvent, after: Prescription): QueueChange[] | null {
  const number = event.kind === 'Created' ? 1 : 'issue' in event ? event.issue : null;
  const isCause =
    event.kind === 'Created' || event.kind === 'NextIssueBegun' || event.kind === 'BecameReady';
  return isCause ? entered(after, number, null) : null;
}

/** Of the issue with this number, or of whichever waits. */
function entered(
  { nominated: organisation, prescribedAt, issues, held }: Prescription,
  number: number | null,
  renominatedBy: string | null,
): QueueChange[] {
  // What a person must decide first enters no queue [MIGRATION 1].
  if (organisation === null || held !== undefined) return [];
  return issues.flatMap((issue): QueueChange[] => {
    if (issue.status !== 'ToBeDispensed' || issue.isReturned === true) return [];
    if (number !== null && issue.number !== number) return [];
    const { expiresOn, readyOn: availableOn } = issue;
    const stay = { organisation, issue: issue.number, prescribedAt, availableOn, expiresOn };
    return [{ kind: 'enter', ...stay, renominatedBy }];
  });
}

function moved(event: NominationChanged, before: Known | null, after: Prescription): QueueChange[] {
  const from = nominatedBefore(before);
  const left = after.issues.flatMap(({ status, number: issue }): QueueChange[] =>
    from === null || status !== 'ToBeDispensed'
      ? []
      : [{ kind: 'leave', organisation: from, issue, because: 'moved' }],
  );
  return [...left, ...entered(after, null, event.by)];
}

function offShelf(
  event: PrescriptionEvent,
  before: Known | null,
  after: Prescription,
): QueueChange[] {
  const organisation = nominatedBefore(before);
  if (organisation === null) return [];
  if (event.kind === 'Released') {
    const because = event.by === 'nomination' ? 'taken' : 'pulled';
    return [{ kind: 'leave', organisation, issue: event.issue, because }];
  }
  if (event.kind === 'MigrationHeld') {
    return after.issues.flatMap(({ status, number: issue }): QueueChange[] =>
      status === 'ToBeDispensed' ? [{ kind: 'leave', organisation, issue, because: 'held' }] : [],
    );
  }
  const isClosing =
    event.kind === 'ItemCancelled' ||
    event.kind === 'PrescriptionCancelled' ||
    event.kind === 'Expired';
  if (!isClosing || after.issues.some(({ status }) => status === 'ToBeDispensed')) return [];
  const because = event.kind === 'Expired' ? 'expired' : 'cancelled';
  return [{ kind: 'leave', organisation, issue: event.fromIssue, because }];
}

function nominatedBefore(before: Known | null): OdsCode | null {
  return before?.kind === 'prescription' ? before.nominated : null;
}
