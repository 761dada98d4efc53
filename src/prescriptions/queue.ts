import type { Instant } from '../kernel/instant.ts';
import type { LondonDate } from '../kernel/london.ts';
import type { Known } from './evolve.ts';
import type { OdsCode } from './ods-code.ts';
import type { Issue, Prescription, PrescriptionEvent } from './prescription.ts';

/** A stay in a pharmacy's automatic-download queue begins, or ends and why [DESIGN D4]. */
export type QueueChange =
  | {
      readonly kind: 'enter';
      readonly organisation: OdsCode;
      readonly issue: number;
      readonly prescribedAt: Instant;
      readonly availableOn: LondonDate;
      readonly expiresOn: LondonDate;
      readonly at: Instant;
    }
  | {
      readonly kind: 'leave';
      readonly organisation: OdsCode;
      readonly issue: number;
      readonly because: 'taken' | 'pulled' | 'cancelled' | 'expired';
      readonly at: Instant;
    };

/**
 * At most one change a message: an issue enters when it first becomes 0001, and leaves when it is that no
 * more. A return is not among the causes: what came back never enters again by itself.
 */
export function queueChange(
  before: Known | null,
  events: readonly PrescriptionEvent[],
  after: Known,
): QueueChange | null {
  if (after.kind !== 'prescription') return null;
  for (const event of events) {
    const change = onShelf(event, after) ?? offShelf(event, before, after);
    if (change !== null) return change;
  }
  return null;
}

function onShelf(event: PrescriptionEvent, after: Prescription): QueueChange | null {
  const number = event.kind === 'Created' ? 1 : 'issue' in event ? event.issue : null;
  const isCause =
    event.kind === 'Created' || event.kind === 'NextIssueBegun' || event.kind === 'BecameReady';
  const issue = after.issues.find((one) => one.number === number);
  const { nominated: organisation, prescribedAt } = after;
  if (!isCause || organisation === null || !isWaiting(issue)) return null;
  const { expiresOn, readyOn: availableOn } = issue;
  const { at } = event;
  return {
    kind: 'enter',
    organisation,
    issue: issue.number,
    prescribedAt,
    availableOn,
    expiresOn,
    at,
  };
}

function offShelf(
  event: PrescriptionEvent,
  before: Known | null,
  after: Prescription,
): QueueChange | null {
  const organisation = before?.kind === 'prescription' ? before.nominated : null;
  if (organisation === null) return null;
  if (event.kind === 'Released') {
    const because = event.by === 'nomination' ? 'taken' : 'pulled';
    return { kind: 'leave', organisation, issue: event.issue, because, at: event.at };
  }
  const isClosing =
    event.kind === 'ItemCancelled' ||
    event.kind === 'PrescriptionCancelled' ||
    event.kind === 'Expired';
  if (!isClosing || after.issues.some(isWaiting)) return null;
  const because = event.kind === 'Expired' ? 'expired' : 'cancelled';
  return { kind: 'leave', organisation, issue: event.fromIssue, because, at: event.at };
}

function isWaiting(issue: Issue | undefined): issue is Extract<Issue, { readyOn: LondonDate }> {
  return issue?.status === 'ToBeDispensed';
}
