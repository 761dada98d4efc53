import { londonDate } from '../../../kernel/london.ts';
import { ok } from '../../../kernel/result.ts';
import { DatabaseUnavailable } from '../../../platform/database.ts';
import type { Outcome } from '../../outcome.ts';
import { again, type Answer, changeOf, perform, recordOnce, type Spine } from '../../perform.ts';
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
  const { database } = spine;
  const before = await repository.answered(database, envelope);
  if (before !== null) return again(database, before, envelope);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const { ods } = command.dispenser.organisation;
    const today = londonDate(new Date(command.at));
    const ids = await repository.waiting(database, ods, today, RELEASE_BATCH_MAX);
    if (ids.length === 0) {
      // Another copy of this very message may have emptied the queue since we looked for its answer.
      const answered = await repository.answered(database, envelope);
      return answered === null ? nothing(envelope) : again(database, answered, envelope);
    }
    const changed = await releaseAll(spine, envelope, command, ids);
    if (changed === null) {
      const answered = await repository.answered(database, envelope);
      if (answered !== null) return again(database, answered, envelope);
    } else if (changed.length > 0) {
      return { outcome: released(command), prescriptionIds: changed };
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

function released(command: Release): Outcome {
  const { by, releaseId, at } = command;
  return { kind: 'Released', by, releaseId, at };
}

/** Not kept: it had no effect, and a repeat may well find something. */
function nothing({ at }: repository.Envelope): Answer {
  const outcome: Outcome = { kind: 'Refused', rejection: { kind: 'NoMorePrescriptions' }, at };
  return { outcome, prescriptionIds: [] };
}
