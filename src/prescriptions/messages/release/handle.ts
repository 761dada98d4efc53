import { londonDate } from '../../../kernel/london.ts';
import { assure } from '../../../kernel/bug.ts';
import { fail, ok } from '../../../kernel/result.ts';
import { derivedUuid } from '../../../kernel/uuid.ts';
import { DatabaseUnavailable } from '../../../platform/database.ts';
import type { Outcome } from '../../outcome.ts';
import {
  again,
  type Answer,
  changeOf,
  followed,
  perform,
  recordOnce,
  type Spine,
} from '../../perform.ts';
import type { Prescription, PrescriptionEvent } from '../../prescription.ts';
import type { PrescriptionId } from '../../prescription-id.ts';
import { recordAgain } from '../../record.ts';
import * as repository from '../../repository.ts';
import { decide, type Release, RELEASE_BATCH_MAX } from './decide.ts';
import { type Giving, unreadable, UNREADABLE } from './give-out.ts';

const ATTEMPTS_MAX = 20;

/** One prescription, by the id on the patient's token. */
export function releaseById(
  spine: Spine,
  envelope: repository.Envelope,
  id: PrescriptionId,
  command: Release,
  giving: Giving = null,
): Promise<Answer> {
  return perform(spine, envelope, id, async (state) => {
    const decision = decide(state, command);
    if (!decision.ok) return decision;
    assure(state?.kind === 'prescription', 'only a prescription is released');
    const left = await unreadable(spine, envelope, giving, [{ id, state }]);
    if (left.length > 0) return fail(UNREADABLE);
    return ok({ events: decision.value, outcome: released(command) });
  });
}

/**
 * The oldest that wait for this pharmacy, as many as one answer holds; what another took meanwhile is left out, and so is
 * what cannot be handed out, which waits on.
 */
export async function releaseNominated(
  spine: Spine,
  envelope: repository.Envelope,
  command: Release,
  giving: Giving = null,
): Promise<Answer> {
  return followed(spine, envelope, () => nominatedReleased(spine, envelope, command, giving));
}

async function nominatedReleased(
  spine: Spine,
  envelope: repository.Envelope,
  command: Release,
  giving: Giving,
): Promise<Answer> {
  const { database } = spine;
  const before = await repository.answered(database, envelope);
  if (before !== null) return again(database, before, envelope);
  const { ods } = command.dispenser.organisation;
  const today = londonDate(new Date(command.at));
  const but: PrescriptionId[] = [];
  for (let attempt = 0; attempt < ATTEMPTS_MAX; ) {
    const some = { most: RELEASE_BATCH_MAX, but };
    const waiting = await repository.waiting(database, ods, today, some);
    const had = waiting.filter(({ wasHadBefore }) => wasHadBefore);
    if (had.length > 0) {
      await holdBack(spine, envelope, command, had);
      attempt += 1;
      continue;
    }
    if (waiting.length === 0) {
      // Another copy of this very message may have emptied the queue since we looked for its answer.
      const { answered, isLater } = await repository.gotNothing(database, ods, envelope);
      if (answered !== null) return again(database, answered, envelope);
      return nothing(envelope, isLater ? 'ReleaseDisabled' : 'NoMorePrescriptions');
    }
    const ready = await readyOf(
      spine,
      command,
      waiting.map(({ id }) => id),
    );
    const left = await unreadable(spine, envelope, giving, ready);
    if (left.length > 0) {
      // Those behind them come in their place.
      await recordAgain(database, envelope, LEFT_OUT, left);
      but.push(...left);
      continue;
    }
    const answer = await releaseAll(spine, envelope, command, ready);
    if (answer !== null) return answer;
    attempt += 1;
  }
  throw new DatabaseUnavailable('the queue changed faster than it could be read');
}

/** In the audit trail, of each time. */
const LEFT_OUT = 'left out: cannot be read';

/** A prescription that is to be released, as it was read. */
type Ready = {
  readonly id: PrescriptionId;
  readonly head: repository.Head;
  readonly state: Prescription;
  readonly events: readonly PrescriptionEvent[];
};

async function readyOf(
  { database }: Spine,
  command: Release,
  ids: readonly PrescriptionId[],
): Promise<Ready[]> {
  const heads = await repository.heads(database, ids);
  return ids.flatMap((id) => {
    const head = heads.get(id) ?? repository.NO_HEAD;
    const { state } = head;
    const decision = decide(state, command);
    return decision.ok && state?.kind === 'prescription'
      ? [{ id, head, state, events: decision.value }]
      : [];
  });
}

/** Null when the race for all of them was lost; the answer of then when the message was answered meanwhile. */
async function releaseAll(
  spine: Spine,
  envelope: repository.Envelope,
  command: Release,
  ready: readonly Ready[],
): Promise<Answer | null> {
  if (ready.length === 0) return null;
  const { database } = spine;
  const changes = ready.map(({ id, head, events }) =>
    changeOf(id, head, events, envelope.messageId),
  );
  const changed = await recordOnce(database, envelope, released(command), changes);
  if (changed === null) {
    const answered = await repository.answered(database, envelope);
    return answered === null ? null : again(database, answered, envelope);
  }
  return changed.length === 0
    ? null
    : { outcome: released(command), prescriptionIds: changed, isWritten: true };
}

/**
 * The tripwire: nothing that a pharmacy had before a migration comes to it by itself again. It leaves the queue, and
 * a person must decide; the audit trail says so of each [MIGRATION 8].
 */
async function holdBack(
  { database }: Spine,
  envelope: repository.Envelope,
  command: Release,
  had: readonly repository.Waiting[],
): Promise<void> {
  const { requestId, actor, at } = envelope;
  const organisation = command.dispenser.organisation.ods;
  const heads = await repository.heads(
    database,
    had.map(({ id }) => id),
  );
  for (const { id, issue } of had) {
    const messageId = derivedUuid('tripwire', envelope.messageId, id, String(issue));
    const act: repository.Act = { messageId, requestId, interaction: TRIPWIRE, actor, at };
    const head = heads.get(id) ?? repository.NO_HEAD;
    const change = changeOf(
      id,
      head,
      [{ kind: 'MigrationHeld', because: [TRIPWIRE], at }],
      messageId,
    );
    const queue = [{ kind: 'leave', organisation, issue, because: 'held' }] as const;
    await recordOnce(database, act, { kind: 'Accepted', at }, [{ ...change, queue }]);
  }
}

const TRIPWIRE = 'tripwire';

function released(command: Release): Outcome {
  const { by, releaseId, at } = command;
  return { kind: 'Released', by, releaseId, at };
}

/** Not kept: it had no effect, and a repeat may well find something. */
function nothing(
  { at }: repository.Envelope,
  kind: 'NoMorePrescriptions' | 'ReleaseDisabled',
): Answer {
  const outcome: Outcome = { kind: 'Refused', rejection: { kind }, at };
  return { outcome, prescriptionIds: [], isWritten: false };
}
