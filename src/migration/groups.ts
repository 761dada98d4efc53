import type { Dump } from './lx1/open-dump.ts';
import { type Between, type Group, readGroups } from './lx1/read-groups.ts';
import { readDocuments } from './lx2/read-documents.ts';

/**
 * The prescriptions of a part, or those of them that are wanted, whatever the old store keeps them as, in the order of
 * their ids; between two marks of a part that has some, if they are given [MIGRATION 2].
 */
export function groupsOf(
  dump: Dump,
  part: number,
  isWanted?: (place: string) => boolean,
  between?: Between,
): AsyncGenerator<Group> {
  return dump.manifest.format === 'LX-2'
    ? readDocuments(dump, part, isWanted, between)
    : readGroups(dump, part, isWanted, between);
}
