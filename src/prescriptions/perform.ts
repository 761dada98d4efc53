import { fail, type Result } from '../kernel/result.ts';
import type { Uuid } from '../kernel/uuid.ts';
import { NO_TRACES, type Traces } from '../platform/measures/traces.ts';
import { type Database, DatabaseUnavailable, isWorthRepeating } from '../platform/database.ts';
import { chained } from './chain.ts';
import { dueOf } from './due.ts';
import { evolveAll, type Known } from './evolve.ts';
import { currentIssue, statusCode } from './issues.ts';
import { leavingBecauseOf } from './leaving.ts';
import { auditWord, type Outcome } from './outcome.ts';
import type { PrescriptionEvent } from './prescription.ts';
import type { PrescriptionId } from './prescription-id.ts';
import { queueChanges } from './queue.ts';
import type { Rejection } from './rejections.ts';
import { record, recordAgain, recordRefusal } from './record.ts';
import * as repository from './repository.ts';
import type { Settings } from './settings.ts';
import type { Signatures } from './signature/index.ts';

/** What every handler works with. */
export type Spine = {
  readonly database: Database;
  readonly settings: Settings;
  readonly signatures: Signatures;
  /** Follows what is done. */
  readonly traces?: Traces;
  /** Told of every message whose answer was decided. */
  readonly onAnswered?: (
    message: Pick<repository.Envelope, 'interaction' | 'actor'>,
    outcome: Outcome,
  ) => void;
  /** Told of every release or search in which a prescription was left out, as its order cannot be read, and of what is wrong. */
  readonly onUnreadable?: (
    message: Pick<repository.Envelope, 'requestId' | 'interaction'> & {
      readonly organisation: string | null;
    },
    fault: unknown,
  ) => void;
};

/** What a message does and what it is answered. */
export type Deed = { readonly events: readonly PrescriptionEvent[]; readonly outcome: Outcome };

/** By how a prescription stands: what a message does; or why not. */
type Decide = (state: Known | null) => Result<Deed, Rejection> | Promise<Result<Deed, Rejection>>;

/** The answer, and the prescriptions that it is about. */
export type Answer = {
  readonly outcome: Outcome;
  readonly prescriptionIds: readonly PrescriptionId[];
  /** Under which the message is kept, where that is not the id that it has now. */
  readonly keptAs?: Uuid;
  /** It was written now, with what goes alongside; else it was there before, or is not kept. */
  readonly isWritten: boolean;
};

const ATTEMPTS_MAX = 60; // each lost race means that somebody else's message was done

/**
 * Does a message about one prescription: read it, decide, write all of it in one statement.
 * Nothing is locked between the two: the write takes place only if the prescription is still as it
 * was read, else it is read and decided again. A message id that was answered gets that answer: so
 * when nobody knows how a write ended it is asked for, and done again if it was not [PLATFORM N3].
 */
export async function perform(
  spine: Spine,
  envelope: repository.Envelope,
  id: PrescriptionId,
  decide: Decide,
): Promise<Answer> {
  return followed(spine, envelope, () => performed(spine, envelope, id, decide));
}

/** Counts a message and follows it, where anything is followed. */
export async function followed(
  { traces = NO_TRACES, onAnswered }: Spine,
  envelope: repository.Envelope,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const about = { name: envelope.interaction, kind: 'internal' } as const;
  const answer = await traces.within(about, work);
  onAnswered?.(envelope, answer.outcome);
  return answer;
}

/** As `perform`, for who counts and follows by themselves. */
export async function performed(
  spine: Spine,
  envelope: repository.Envelope,
  id: PrescriptionId,
  decide: Decide,
): Promise<Answer> {
  let isAskedAgain = false;
  for (let attempts = 0; attempts < ATTEMPTS_MAX; attempts += 1) {
    try {
      const { head, answered } = await repository.load(spine.database, id, envelope);
      if (answered !== null) return await again(spine.database, answered, envelope);
      const answer = await attempt(spine, envelope, { id, head, decide });
      if (answer !== null) return answer;
    } catch (error) {
      if (isAskedAgain || !(error instanceof DatabaseUnavailable)) throw error;
      isAskedAgain = true;
    }
  }
  throw new DatabaseUnavailable('the prescription changed faster than it could be read');
}

type Attempt = {
  readonly id: PrescriptionId;
  readonly head: repository.Head;
  readonly decide: Decide;
};

/** Null when the prescription or the message id was changed by somebody else meanwhile. */
export async function attempt(
  spine: Spine,
  envelope: repository.Envelope,
  { id, head, decide }: Attempt,
): Promise<Answer | null> {
  const decision = await decide(head.state);
  const deed = decision.ok ? decision.value : refused(decision.error, envelope);
  const nhsNumber = head.state?.kind === 'prescription' ? head.state.patient : null;
  if (deed.events.length === 0) {
    const about = { id, nhsNumber };
    const isKept = await recordRefusal(spine.database, envelope, deed.outcome, about);
    return isKept ? { outcome: deed.outcome, prescriptionIds: [id], isWritten: true } : null;
  }
  const change = leavingFollowed(spine, changeOf(id, head, deed.events, envelope.messageId));
  const changed = await recordOnce(spine.database, envelope, deed.outcome, [change]);
  if (changed?.length !== 1) return null;
  return { outcome: deed.outcome, prescriptionIds: changed, isWritten: true };
}

/** What leaves because of it says of what it is a part. */
function leavingFollowed({ traces = NO_TRACES }: Spine, change: repository.Change) {
  const traceparent = traces.traceparent();
  if (traceparent === null) return change;
  const leaving = change.leaving.map((one) => ({ ...one, body: { ...one.body, traceparent } }));
  return { ...change, leaving };
}

function refused(rejection: Rejection, envelope: repository.Envelope): Deed {
  return { events: [], outcome: { kind: 'Refused', rejection, at: envelope.at } };
}

/** As `record`; a deadlock counts as a lost race. */
export async function recordOnce(
  ...written: Parameters<typeof record>
): Promise<PrescriptionId[] | null> {
  try {
    return await record(...written);
  } catch (error) {
    if (isWorthRepeating(error)) return null;
    throw error;
  }
}

/** All that one prescription's events bring about. */
export function changeOf(
  id: PrescriptionId,
  before: repository.Head,
  events: readonly PrescriptionEvent[],
  messageId: Uuid,
): repository.Change {
  const after = evolveAll(id, before.state, events);
  const issue = after.kind === 'prescription' ? currentIssue(after) : null;
  return {
    id,
    before,
    after,
    nhsNumber: patientOf(after) ?? patientOf(before.state),
    status: statusCode(after),
    expiresOn: issue?.expiresOn ?? null,
    dueOn: dueOf(after)?.on ?? null,
    events: chained(id, before, messageId, events),
    queue: queueChanges(before.state, events, after),
    leaving: leavingBecauseOf(id, events, after),
  };
}

function patientOf(state: Known | null): string | null {
  return state?.kind === 'prescription' ? state.patient : null;
}

/** The first answer again, if it is the same message again; an id with other content is refused [RELIABILITY F15, F16]. */
export async function again(
  database: Database,
  { messageId: keptAs, outcome, prescriptionIds, digest }: repository.Answered,
  envelope: repository.Envelope,
): Promise<Answer> {
  if (digest.equals(envelope.digest) || (await isSame(database, envelope, keptAs))) {
    await recordAgain(database, envelope, `repeated: ${auditWord(outcome)}`, prescriptionIds);
    return { outcome, prescriptionIds, keptAs, isWritten: false };
  }
  const rejection: Rejection = { kind: 'MessageIdUsedBefore' };
  const refusal: Outcome = { kind: 'Refused', rejection, at: envelope.at };
  await recordAgain(database, envelope, `id used before: ${auditWord(refusal)}`, prescriptionIds);
  return { outcome: refusal, prescriptionIds: [], isWritten: false };
}

/** Looked at only when the bytes are others: nearly every repeat has the same. */
async function isSame(
  database: Database,
  { interaction, saysSame }: repository.Envelope,
  keptAs: Uuid,
): Promise<boolean> {
  if (saysSame === undefined) return false;
  const body = await repository.received(database, keptAs, interaction);
  return body !== null && saysSame(body);
}

/** Gives a decision its plain answer. */
export function accepted(
  decision: Result<readonly PrescriptionEvent[], Rejection>,
  envelope: repository.Envelope,
): Result<Deed, Rejection> {
  if (!decision.ok) return fail(decision.error);
  return {
    ok: true,
    value: { events: decision.value, outcome: { kind: 'Accepted', at: envelope.at } },
  };
}
