import type { Instant } from '../kernel/instant.ts';
import type { LondonDate } from '../kernel/london.ts';
import type { Known } from './evolve.ts';
import type { OdsCode } from './ods-code.ts';
import type { PrescriptionEvent } from './prescription.ts';

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
      readonly because: 'taken' | 'pulled' | 'cancelled';
      readonly at: Instant;
    };

/** At most one change a message: nothing but a new prescription enters, and a return is not among the causes. */
export function queueChange(
  before: Known | null,
  events: readonly PrescriptionEvent[],
  after: Known,
): QueueChange | null {
  if (after.kind === 'placeholder') return null;
  const isWaiting = after.issues.some((issue) => 'readyOn' in issue);
  for (const event of events) {
    if (event.kind === 'Created' && event.nominated !== null && isWaiting) {
      const { nominated: organisation, prescribedAt, expiresOn, readyOn: availableOn, at } = event;
      return { kind: 'enter', organisation, issue: 1, prescribedAt, availableOn, expiresOn, at };
    }
    const organisation = before?.kind === 'prescription' ? before.nominated : null;
    if (organisation === null) continue;
    if (event.kind === 'Released') {
      const because = event.by === 'nomination' ? 'taken' : 'pulled';
      return { kind: 'leave', organisation, issue: event.issue, because, at: event.at };
    }
    const isCancel = event.kind === 'ItemCancelled' || event.kind === 'PrescriptionCancelled';
    if (isCancel && !isWaiting) {
      const { fromIssue: issue, at } = event;
      return { kind: 'leave', organisation, issue, because: 'cancelled', at };
    }
  }
  return null;
}
