import type { BulkLoad } from '../../platform/bulk-load.ts';
import { groupsOf } from '../groups.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { Between, Group, Mark } from '../lx1/read-groups.ts';
import * as repository from './repository.ts';

/** The rows as they are before: of an id that was changed before those that were kept then, else those of the export. */
export async function groupsBefore(
  bulk: BulkLoad,
  dump: Dump,
  places: readonly string[],
): Promise<Map<string, Group>> {
  const { exportId } = dump.manifest;
  const groups = await repository.keptRows(bulk, places);
  const wanted = new Set(places.filter((place) => !groups.has(place)));
  const byPart = perPart(await repository.partsOf(bulk, exportId), [...wanted].toSorted());
  const marks = await repository.marksOf(bulk, exportId, [...byPart.keys()]);
  const isWanted = (place: string): boolean => wanted.has(place);
  for (const [part, some] of byPart) {
    for (const between of stretchesWith(marks.get(part) ?? [], some)) {
      for await (const group of groupsOf(dump, part, isWanted, between)) {
        groups.set(group.place, group);
      }
    }
  }
  return groups;
}

/** The ids that are in the range of each part; both are in their order. */
function perPart(
  parts: readonly { readonly part: number; readonly first: string }[],
  places: readonly string[],
): Map<number, string[]> {
  const byPart = new Map<number, string[]>();
  let at = 0;
  for (const place of places) {
    while (at + 1 < parts.length && (parts[at + 1]?.first ?? '') <= place) at += 1;
    const found = parts[at];
    if (found === undefined || found.first > place) continue;
    const some = byPart.get(found.part);
    if (some === undefined) byPart.set(found.part, [place]);
    else some.push(place);
  }
  return byPart;
}

/** What has to be read of a part to find these ids: all of it where it has no marks before them. */
function stretchesWith(marks: readonly Mark[], places: readonly string[]): (Between | undefined)[] {
  const [first] = marks;
  if (first === undefined || first.place > (places[0] ?? '')) return [undefined];
  const stretches = new Map<number, Between>();
  let at = 0;
  for (const place of places) {
    while (at + 1 < marks.length && (marks[at + 1]?.place ?? '') <= place) at += 1;
    const from = marks[at];
    if (from !== undefined) stretches.set(at, { from, to: marks[at + 1] ?? null });
  }
  return [...stretches.values()];
}
