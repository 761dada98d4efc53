import type { Known } from './evolve.ts';
import { NOTIFICATION_OF_DEATH } from './messages/notify-death/decide.ts';
import type { PrescriptionEvent } from './prescription.ts';
import type { PrescriptionId } from './prescription-id.ts';

/** Topic of the late answers to cancel requests that waited. */
export const SUBSEQUENT_CANCELLATION = 'subsequent-cancellation-response';

/** Something that must be sent because of an event; delivered at least once, the key lets a receiver drop repeats. */
export type Leaving = {
  readonly topic: 'claim' | typeof SUBSEQUENT_CANCELLATION;
  /** ODS code of who is to get it. */
  readonly destination: string;
  readonly key: string;
  readonly body: object;
};

/**
 * Claims go to the reimbursement authority; a cancellation that waited is answered to the system that asked for it.
 * Who asked by FHIR has no way to be told: the tracker says it, and the same request again [EPS-LIFECYCLE 6.4].
 */
export function leavingBecauseOf(
  id: PrescriptionId,
  events: readonly PrescriptionEvent[],
  after: Known,
): Leaving[] {
  const isReturn = events[0]?.kind === 'Returned' || events[0]?.kind === 'Created';
  return events.flatMap((event): Leaving[] => {
    if (event.kind === 'Claimed' || event.kind === 'ClaimAmended') {
      const { claim: key, authority: destination, issue } = event;
      return [{ topic: 'claim', destination, key, body: { prescription: id, issue, claim: key } }];
    }
    const isCancel = event.kind === 'ItemCancelled' || event.kind === 'PrescriptionCancelled';
    // Of a death nobody asked, so nobody is answered [EPS-LIFECYCLE 6.4].
    if (!isCancel || !isReturn || event.cancellation.reason === NOTIFICATION_OF_DEATH) return [];
    const { id: key, organisation: destination, item, replyTo } = event.cancellation;
    if (replyTo === undefined) return [];
    const body = { prescription: id, item, request: key, at: event.at, replyTo };
    const answer: Leaving = { topic: SUBSEQUENT_CANCELLATION, destination, key, body };
    const isWhole = events.some(({ kind }) => kind === 'PrescriptionCancelled');
    const isLast = event === events.at(-1) && !isWhole && isCancelled(after, event.fromIssue);
    if (!isLast) return [answer];
    // With its last item the prescription is cancelled too, and that is told besides [EPS-LIFECYCLE 6.4].
    return [answer, { ...answer, key: `${key} prescription`, body: { ...body, item: null } }];
  });
}

function isCancelled(after: Known, number: number): boolean {
  return (
    after.kind === 'prescription' &&
    after.issues.some((issue) => issue.number === number && issue.status === 'Cancelled')
  );
}
