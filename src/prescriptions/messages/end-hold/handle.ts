import type { Instant } from '../../../kernel/instant.ts';
import { derivedUuid } from '../../../kernel/uuid.ts';
import type { Database } from '../../../platform/database.ts';
import { changeOf, recordOnce } from '../../perform.ts';
import type { PrescriptionId } from '../../prescription-id.ts';
import { migrationActor } from '../../migration-actor.ts';
import * as repository from '../../repository.ts';

/** Why a record is not held any more, or was not. */
export type HoldEnded = 'ended' | 'not held' | 'unknown';

/**
 * Two persons have looked at a record that a migration held: it goes on as it is. What waits of it is had by its id,
 * and comes into no queue by this [MIGRATION 1, 7].
 */
export async function endHold(
  database: Database,
  id: PrescriptionId,
  by: readonly [string, string],
  at: Instant,
): Promise<HoldEnded> {
  for (;;) {
    const head = (await repository.heads(database, [id])).get(id);
    if (head?.state?.kind !== 'prescription') return 'unknown';
    if (head.state.held === undefined) return 'not held';
    const messageId = derivedUuid('end of a hold', id, String(head.version));
    const actor = migrationActor(by);
    const act = { messageId, requestId: messageId, interaction: 'end-hold', actor, at };
    const change = changeOf(id, head, [{ kind: 'MigrationHoldEnded', by, at }], messageId);
    const changed = await recordOnce(database, act, { kind: 'Accepted', at }, [change]);
    // Somebody else's message was first: it is looked at again as it is then.
    if (changed?.length === 1) return 'ended';
  }
}
