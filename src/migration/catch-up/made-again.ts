import type { BulkLoad } from '../../platform/bulk-load.ts';
import { Trouble } from '../../platform/trouble.ts';
import { foldGroup } from '../fold/fold-group.ts';
import { messagesOf } from '../fold/messages.ts';
import type { Payloads } from '../fold/payloads.ts';
import { chainOf } from '../load/lines.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { Group } from '../lx1/read-groups.ts';
import * as repository from './repository.ts';

/** Ids whose order is not signed as it should be: what no row says [MIGRATION 4, D20]. */
export type Bad = { has(place: string): boolean };

/** What becomes of the rows of an id. */
export function movedOf(dump: Dump, payloads: Payloads, group: Group, bad: Bad) {
  const { messages, isDamaged } = messagesOf(payloads, group);
  return { messages, moved: foldGroup(group, dump, isDamaged || bad.has(group.place)) };
}

/** A record is made again only while it is as it was moved: our own messages are never taken back. */
export async function assureUntouched(
  bulk: BulkLoad,
  dump: Dump,
  {
    payloads,
    groups,
    bad,
  }: {
    readonly payloads: Payloads;
    readonly groups: ReadonlyMap<string, Group>;
    readonly bad: Bad;
  },
): Promise<void> {
  const hashes = await repository.headHashes(bulk, [...groups.keys()]);
  for (const group of groups.values()) {
    const { id, facts } = movedOf(dump, payloads, group, bad).moved;
    const hash = hashes.get(group.place);
    const isUntouched = id === null || hash === undefined || chainOf(id, facts).hash.equals(hash);
    if (isUntouched) continue;
    throw new Trouble(
      `${group.place} was changed here since it was moved`,
      'messages of this Spine are never taken back: what the old store still changes must be sent to this one',
    );
  }
}
