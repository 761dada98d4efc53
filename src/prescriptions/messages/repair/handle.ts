import { assure, present } from '../../../kernel/bug.ts';
import type { Result } from '../../../kernel/result.ts';
import { derivedUuid, type Uuid } from '../../../kernel/uuid.ts';
import type { Database } from '../../../platform/database.ts';
import { evolveAll } from '../../evolve.ts';
import { changeOf, recordOnce } from '../../perform.ts';
import type { PrescriptionEvent } from '../../prescription.ts';
import type { PrescriptionId } from '../../prescription-id.ts';
import { migrationActor } from '../../migration-actor.ts';
import * as repository from '../../repository.ts';
import { decide, type Repair, undo } from './decide.ts';
import { eventsOf, lastCausedBy } from './repository.ts';

/** One record as it was looked at. */
export type Looked = { readonly id: PrescriptionId; readonly version: number };

/** What a repair would do to a record: how many queues it would leave, or why nothing. */
export type Tried = Looked & { readonly left: number; readonly refused: string | null };

/** What it would do to each; nothing is written. */
export async function tryRepair(
  database: Pick<Database, 'all'>,
  ids: readonly PrescriptionId[],
  repair: Repair,
): Promise<Tried[]> {
  const heads = await repository.heads(database, ids);
  return ids.map((id) => {
    const head = heads.get(id) ?? repository.NO_HEAD;
    const decision = decide(head.state, repair);
    const looked = { id, version: head.version };
    if (!decision.ok) return { ...looked, left: 0, refused: decision.error };
    const { queue } = changed(id, head, decision.value, NOBODY);
    return { ...looked, left: queue.length, refused: null };
  });
}

const NOBODY = derivedUuid('repair', 'nobody');

/** Which repair, known by its id, and whether it is to be undone. */
export type Order = Repair & { readonly repairId: Uuid; readonly isUndone: boolean };

/** Done, now or before by this very repair, and the version that this led to; or why not. */
export type Repaired =
  | { readonly isDone: true; readonly version: number }
  | { readonly isDone: false; readonly why: string };

/**
 * Does it, or undoes it, if the record is still as it was looked at: its events, its audit line and what it does to
 * queues in one statement, and once, however often it is asked for [MIGRATION 8].
 */
export async function repairRecord(
  database: Database,
  { id, version }: Looked,
  order: Order,
): Promise<Repaired> {
  const word = order.isUndone ? 'repair undone' : 'repair';
  const messageId = derivedUuid(word, order.repairId, id);
  for (;;) {
    const head = (await repository.heads(database, [id])).get(id) ?? repository.NO_HEAD;
    if (head.version !== version) {
      const last = await lastCausedBy(database, id, messageId);
      return last === null
        ? { isDone: false, why: 'it changed since' }
        : { isDone: true, version: last };
    }
    const decision = order.isUndone
      ? await undone(database, id, head, order)
      : decide(head.state, order);
    if (!decision.ok) return { isDone: false, why: decision.error };
    const act = actOf(messageId, word, order);
    const change = changed(id, head, decision.value, messageId);
    const written = await recordOnce(database, act, { kind: 'Accepted', at: order.at }, [change]);
    // Somebody else's message was first: it is looked at again as it is then.
    if (written?.length === 1) return { isDone: true, version: version + change.events.length };
  }
}

function actOf(messageId: Uuid, interaction: string, { repairId, by, at }: Order): repository.Act {
  const actor = migrationActor(by);
  return { messageId, requestId: repairId, interaction, actor, at };
}

function changed(
  id: PrescriptionId,
  head: repository.Head,
  events: readonly PrescriptionEvent[],
  messageId: Uuid,
): repository.Change {
  const change = changeOf(id, head, events, messageId);
  assure(
    change.queue.every(({ kind }) => kind === 'leave'),
    'no repair brings anything into a queue [MIGRATION 5, M5]',
  );
  return change;
}

/** By what it was before the repair, as its events tell. */
async function undone(
  database: Database,
  id: PrescriptionId,
  { state }: repository.Head,
  order: Order,
): Promise<Result<readonly PrescriptionEvent[], string>> {
  const repair = derivedUuid('repair', order.repairId, id);
  const events = await eventsOf(database, id);
  const first = events.findIndex(({ messageId }) => messageId === repair);
  assure(first > 0, 'what is undone was done');
  const before = evolveAll(
    id,
    null,
    events.slice(0, first).map(({ data }) => data),
  );
  return undo(present(before, 'record'), state, order);
}
