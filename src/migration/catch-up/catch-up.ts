import type { BulkLoad } from '../../platform/bulk-load.ts';
import { changeBeside } from '../beside/stage.ts';
import { foldGroup, originOf } from '../fold/fold-group.ts';
import { Payloads } from '../fold/payloads.ts';
import { UnknownRow, unknownRow } from '../fold/shape.ts';
import { addApart, addLines, copyAll, type Lines, noLines, type Source } from '../load/lines.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { type Group, NO_ROWS } from '../lx1/read-groups.ts';
import { refused } from '../lx1/refusal.ts';
import {
  applyChanges,
  isAboutPrescriptions,
  NOBODY,
  placeOfChange,
  unknownChange,
} from './apply-changes.ts';
import { committedAt, type FeedEnd, feedEnd, secondsBetween } from './feed-end.ts';
import { type Change, FeedGap, readFeed } from './read-feed.ts';
import { groupsBefore } from './groups-before.ts';
import { assureUntouched, movedOf } from './made-again.ts';
import * as repository from './repository.ts';
import { judgedAgain } from '../signatures/judged-again.ts';
import { type Judge, judgeLater } from '../signatures/judge.ts';
import { badOf, keepBad } from '../signatures/repository.ts';

/** Changes that are applied at once. */
const CHANGES_AT_ONCE = 20_000;

/** How far the new store has come behind the old one. */
export type CaughtUp = {
  readonly from: number;
  readonly to: number;
  readonly changes: number;
  readonly ids: number;
};

/** The same while it comes nearer; `end` is null where nobody has looked how far the feed goes. */
export type Followed = CaughtUp & { readonly end: FeedEnd | null; readonly lagSeconds: number };

/** A feed, the public key of who signs it, and the last change that is wanted of it. */
export type FeedAt = {
  readonly folder: string;
  readonly publicKeyPem: string;
  readonly upTo?: number;
  /** Looks through all of it first, so that what is left and how long that takes can be told. */
  readonly isMeasured?: true;
};

/**
 * Applies the changes of an old store since its export, in whole transactions: their effects and how far they go are
 * written at once, so that each is applied once whatever happens [MIGRATION 7, 9 MF2]. Throws `FeedGap` where one is
 * missing; what was before it stays applied.
 */
export async function catchUp(
  bulk: BulkLoad,
  exported: Dump,
  { folder, publicKeyPem, upTo = Infinity, isMeasured }: FeedAt,
  onProgress: (followed: Followed) => void = () => undefined,
): Promise<CaughtUp> {
  const { exportId } = exported.manifest;
  const { seq: from, holds, authorities } = await repository.begin(bulk, exportId);
  const dump = { ...exported, holds };
  const judge = authorities === null ? null : judgeLater(authorities);
  const owner = { exportId, publicKeyPem };
  const end = isMeasured === true ? await feedEnd(folder, owner, from) : null;
  if (end !== null) await repository.keepFeedEnd(bulk, exportId, end);
  const payloads = new Payloads(dump, folder);
  const done = { from, to: from, changes: 0, ids: 0 };
  let some: Change[] = [];
  const apply = async (): Promise<void> => {
    const last = some.at(-1);
    if (last === undefined) return;
    const at = committedAt(last.at);
    done.ids += await applySome(bulk, dump, { payloads, some, to: last.seq, at, judge });
    done.to = last.seq;
    done.changes += some.length;
    some = [];
    const isBehind = end !== null && end.last > last.seq;
    onProgress({ ...done, end, lagSeconds: isBehind ? secondsBetween(at, end.lastAt) : 0 });
  };
  try {
    for await (const transaction of readFeed(folder, { ...owner, after: from })) {
      if ((transaction.at(-1)?.seq ?? 0) > upTo) break;
      some.push(...transaction);
      if (some.length >= CHANGES_AT_ONCE) await apply();
    }
    await apply();
  } catch (error) {
    // What came before a gap is whole, and is applied before anybody is asked about it.
    if (error instanceof FeedGap) await apply();
    throw error;
  } finally {
    payloads.close();
  }
  return done;
}

type Some = {
  readonly payloads: Payloads;
  readonly some: readonly Change[];
  readonly to: number;
  readonly at: Date | null;
  readonly judge: Judge | null;
};

async function applySome(
  bulk: BulkLoad,
  dump: Dump,
  { payloads, some, to, at, judge }: Some,
): Promise<number> {
  const { exportId } = dump.manifest;
  const byPlace = placed(some);
  const places = [...byPlace.keys()].filter((place) => place !== NOBODY).toSorted();
  const groups = await groupsBefore(bulk, dump, places);
  const lines = noLines();
  const source = { exportId, part: repository.FEED_PART, asOf: originOf(dump.manifest).asOf };
  const known: Group[] = [];
  const changed: Group[] = [];
  for (const place of places) {
    const before = groups.get(place) ?? { place, rows: NO_ROWS };
    known.push(before);
    changed.push(applyChanges(before, byPlace.get(place) ?? []));
  }
  const badBefore = await badOf(bulk, places);
  const bad = await judgedAgain({ payloads, judge, badBefore }, known, changed);
  for (const group of changed) {
    const { messages, moved } = placedAt(byPlace.get(group.place) ?? [], () =>
      movedOf(dump, payloads, group, bad),
    );
    if (!moved.classes.includes('D20')) bad.delete(group.place); // it is kept apart
    addLines(lines, source, { group, moved, messages });
  }
  addNobodys(lines, source, dump, byPlace.get(NOBODY) ?? []);
  await bulk.together(async () => {
    await assureUntouched(bulk, dump, { payloads, groups, bad: badBefore });
    await repository.forget(bulk, exportId, known);
    await copyAll(bulk, lines);
    await keepBad(bulk, bad);
    await repository.keepRows(bulk, changed, to);
    await changeBeside(bulk, exportId, some);
    const newIds = places.length - groups.size;
    await repository.reach(bulk, exportId, { seq: to, at, newIds });
  });
  return places.length;
}

/** What is thrown for a row that no class describes names the change that brought it. */
function placedAt<Value>(changes: readonly Change[], work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    const change = error instanceof UnknownRow ? unknownChange(changes) : null;
    throw change === null ? error : unknownRow(`change ${change.seq}`, change.what);
  }
}

/** Messages about no prescription are kept apart as they come: nothing is read of those before [MIGRATION 4, D22]. */
function addNobodys(lines: Lines, source: Source, dump: Dump, changes: readonly Change[]): void {
  const group = applyChanges({ place: NOBODY, rows: NO_ROWS }, changes);
  if (group.rows.MESSAGE.length === 0) return;
  addApart(lines, source, { place: NOBODY, moved: foldGroup(group, dump, false) });
}

function placed(some: readonly Change[]): Map<string, Change[]> {
  const dispenses = new Map<string, string>();
  for (const change of some) {
    const place = change.table === 'DISPENSE' ? placeOfChange(change, dispenses) : null;
    if (place !== null) dispenses.set(change.key['DN_ID'] ?? '', place);
  }
  const byPlace = new Map<string, Change[]>();
  for (const change of some) {
    if (!isAboutPrescriptions(change)) continue;
    const place = placeOfChange(change, dispenses);
    if (place === null) {
      throw refused(`change ${change.seq}`, null, `whose ${change.table} it is cannot be told`);
    }
    byPlace.set(place, [...(byPlace.get(place) ?? []), change]);
  }
  return byPlace;
}
