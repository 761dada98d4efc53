import type { LostDelivery, Requeueing } from '../../gateways/hl7v3/index.ts';
import type { Operator } from '../../identity/index.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import { type PageRequest, problemOf, type Redirect, type View } from '../../pages/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { textProblem } from '../incidents/texts.ts';

export type LostPagesParts = {
  /** Business time: that of messages. */
  readonly clock: Clock;
  /** Messages of HL7 V3 that no supplier took. */
  readonly lost: {
    /** The last first. */
    readonly list: () => Promise<readonly LostDelivery[]>;
    /** Null: there is none, or it was taken, or waits. */
    readonly find: (messageId: Uuid) => Promise<LostDelivery | null>;
    /** Answers those that wait now. */
    readonly requeue: (messageIds: readonly Uuid[], about: Requeueing) => Promise<readonly Uuid[]>;
  };
};

export const REASON_MAX = 200;

/** One of them, and a form to have it sent again. */
export async function lostPage(parts: LostPagesParts, request: PageRequest): Promise<View> {
  const lost = await lostIn(parts, request);
  return lost === null ? problemOf({ kind: 'NotFound' }, request.requestId) : viewOf(lost);
}

/** Has it tried anew, under the id that it had. */
export async function requeueLost(
  parts: LostPagesParts,
  request: PageRequest,
  by: Operator,
): Promise<View | Redirect> {
  const lost = await lostIn(parts, request);
  if (lost === null) return problemOf({ kind: 'NotFound' }, request.requestId);
  const reason = request.form.text('reason');
  const problem = textProblem(reason, REASON_MAX);
  if (problem !== null) {
    const text = `Say why it will be taken now: ${problem}`;
    return { ...viewOf(lost, reason), errors: [{ field: 'reason', text }] };
  }
  const about = { at: parts.clock.now(), reason, by };
  const [done] = await parts.lost.requeue([lost.messageId], about);
  if (done !== undefined) return { to: '/ops/jobs' };
  const text = 'It is not there to be sent again: look at the list of jobs';
  return { ...viewOf(lost, reason), errors: [{ field: 'reason', text }] };
}

async function lostIn(
  { lost }: LostPagesParts,
  { parts: { message = '' } }: PageRequest,
): Promise<LostDelivery | null> {
  const messageId = parseUuid(message);
  return messageId === null ? null : lost.find(messageId);
}

function viewOf(lost: LostDelivery, reason = ''): View {
  const title = 'A message that no supplier took';
  return { view: 'operations/lost.njk', title, model: { lost, reason } };
}
