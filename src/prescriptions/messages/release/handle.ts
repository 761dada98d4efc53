import { londonDate } from '../../../kernel/london.ts';
import { ok } from '../../../kernel/result.ts';
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
import type { PrescriptionId } from '../../prescription-id.ts';
import * as repository from '../../repository.ts';
import { decide, type Release, RELEASE_BATCH_MAX } from './decide.ts';

const ATTEMPTS_MAX = 20;

/** One prescription, by the id on the patient's token. */
export function releaseById(
  spine: Spine,
  envelope: repository.Envelope,
  id: PrescriptionId,
  command: Release,
): Promise<Answer> {
  return perform(spine, envelope, id, (state) => {
    const decision = decide(state, command);
    return decision.ok ? ok({ events: decision.value, outcome: released(command) }) : decision;
  });
}

/** The oldest that wait for this pharmacy, as many as one answer holds; what another took meanwhile is left out. */
export async function releaseNominated(
  spine: Spine,
  envelope: repository.Envelope,
  command: Release,
): Promise<Answer> {
  return followed(spine, envelope, () => nominatedReleased(spine, envelope, command));
}

async function nominatedReleased(
  spine: Spine,
  envelope: repository.Envelope,
  command: Release,
): Promise<Answer> {
  const { database } = spine;
  const before = await repository.answered(database, envelope);
  if (before !== null) return again(database, before, envelope);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const { ods } = command.dispenser.organisation;
    const today = londonDate(new Date(command.at));
    const waiting = await repository.waiting(database, ods, today, RELEASE_BATCH_MAX);
    const had = waiting.filter(({ wasHadBefore }) => wasHadBefore);
    if (had.length > 0) {
      await holdBack(spine, envelope, command, had);
      continue;
    }
    const ids = waiting.map(({ id }) => id);
    if (ids.length === 0) {
      // Another copy of this very message may have emptied the queue since we looked for its answer.
      const { answered, isLater } = await repository.gotNothing(database, ods, envelope);
      if (answered !== null) return again(database, answered, envelope);
      return nothing(envelope, isLater ? 'ReleaseDisabled' : 'NoMorePrescriptions');
    }
    const changed = await releaseAll(spine, envelope, command, ids);
    if (changed === null) {
      const answered = await repository.answered(database, envelope);
      if (answered !== null) return again(database, answered, envelope);
    } else if (changed.length > 0) {
      return { outcome: released(command), prescriptionIds: changed, isWritten: true };
    }
  }
  throw new DatabaseUnavailable('the queue changed faster than it could be read');
}

/** Null when the message was answered meanwhile, or the race for all of them was lost. */
async function releaseAll(
  spine: Spine,
  envelope: repository.Envelope,
  command: Release,
  ids: readonly PrescriptionId[],
): Promise<PrescriptionId[] | null> {
  const heads = await repository.heads(spine.database, ids);
  const changes = ids.flatMap((id) => {
    const head = heads.get(id) ?? repository.NO_HEAD;
    const decision = decide(head.state, command);
    return decision.ok ? [changeOf(id, head, decision.value, envelope.messageId)] : [];
  });
  if (changes.length === 0) return [];
  return recordOnce(spine.database, envelope, released(command), changes);
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
