import type { BulkLoad } from '../../platform/bulk-load.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import { groupsBefore } from '../catch-up/groups-before.ts';
import { assureUntouched, movedOf } from '../catch-up/made-again.ts';
import { FEED_PART, forget } from '../catch-up/repository.ts';
import { originOf } from '../fold/fold-group.ts';
import { Payloads } from '../fold/payloads.ts';
import { addLines, copyAll, type Lines, noLines } from '../load/lines.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { Group } from '../lx1/read-groups.ts';
import type { Judge } from './judge.ts';
import * as repository from './repository.ts';

/** Orders that are judged at once. */
const ORDERS_AT_ONCE = 1000;
/** What was found of so many is written together, with how far that is: of packed exports a whole part is read for it. */
const ORDERS_KEPT_AT_ONCE = 20_000;

/** How far a check has come; `now` of this run alone. */
export type Checked = {
  readonly judged: number;
  readonly of: number;
  readonly now: number;
  /** Records that came into class D20 by it, or out of it. */
  readonly made: number;
};

/**
 * Judges the signature of each order that a load has brought, and makes the records of bad ones once more, as the load
 * would have made them had it known: of class D20, held, in no queue [MIGRATION 3, 4]. It goes on where it was ended, and
 * does nothing where all are judged by these authorities.
 */
export async function checkSignatures(
  bulk: BulkLoad,
  exported: Dump,
  { feed, authorities, judge, atOnce = ORDERS_KEPT_AT_ONCE }: Given,
  onProgress: (checked: Checked) => void = () => undefined,
): Promise<Checked> {
  const { exportId } = exported.manifest;
  const begun = await repository.begin(bulk, exportId, authorities);
  const dump = { ...exported, holds: begun.holds };
  const payloads = new Payloads(dump, feed);
  let { judged, now, made } = { judged: begun.judged, now: 0, made: 0 };
  if (begun.isEnded) return { judged, of: begun.of, now, made };
  let found: Found = { ids: [], bad: new Map() };
  const kept = async (): Promise<void> => {
    made += await keep(bulk, dump, payloads, found);
    judged += found.ids.length;
    now += found.ids.length;
    found = { ids: [], bad: new Map() };
    onProgress({ judged, of: begun.of, now, made });
  };
  try {
    const most = Math.min(atOnce, ORDERS_AT_ONCE);
    for await (const some of judgedBehind(bulk, begun.to, { judge, most })) {
      for (const { id, because } of some) {
        found.ids.push(id);
        if (because !== null) found.bad.set(id, because);
      }
      if (found.ids.length >= atOnce) await kept();
    }
    if (found.ids.length > 0) await kept();
    await repository.end(bulk, exportId);
  } finally {
    payloads.close();
  }
  return { judged, of: begun.of, now, made };
}

type Given = {
  /** Where the messages lie that came after the export. */
  readonly feed: string;
  /** Whose word counts, in PEM; `judge` goes by it. */
  readonly authorities: string;
  readonly judge: Judge;
  /** How many orders are written together. */
  readonly atOnce?: number;
};

/** Orders that were judged: all ids, in their order, and what is wrong with the bad ones. */
type Found = { readonly ids: string[]; readonly bad: Map<string, string> };

type Judgement = { readonly id: string; readonly because: string | null };

/** While some are judged the next ones are read. */
async function* judgedBehind(
  bulk: BulkLoad,
  after: string,
  { judge, most }: { readonly judge: Judge; readonly most: number },
): AsyncGenerator<Judgement[]> {
  let reading = repository.ordersBehind(bulk, after, most);
  for (;;) {
    const orders = await reading;
    const to = orders.at(-1)?.id;
    if (to === undefined) return;
    const judging = judge(orders.map(({ body }) => body ?? NO_BYTES));
    reading = repository.ordersBehind(bulk, to, most);
    reading.then(undefined, () => undefined); // refused, it says so when it is waited for
    const found = await judging;
    yield orders.map(({ id }, at) => ({ id, because: found[at] ?? null }));
  }
}

const NO_BYTES = Buffer.alloc(0);

/** Writes what was found, with how far that is; answers how many records were made again. */
async function keep(
  bulk: BulkLoad,
  dump: Dump,
  payloads: Payloads,
  { ids, bad }: Found,
): Promise<number> {
  const { exportId } = dump.manifest;
  const before = await repository.badOf(bulk, ids);
  const other = ids.filter((id) => bad.get(id) !== before.get(id));
  const groups =
    other.length === 0
      ? new Map<string, Group>()
      : await groupsBefore(bulk, dump, other.toSorted());
  const lines = linesOf(dump, groups, { payloads, bad });
  await bulk.together(async () => {
    if (other.length > 0) {
      await assureUntouched(bulk, dump, { payloads, groups, bad: before });
      await forget(bulk, exportId, [...groups.values()]);
      await copyAll(bulk, lines);
      await repository.keepBad(bulk, new Map([...bad].filter(([id]) => groups.has(id))));
    }
    await repository.reach(bulk, exportId, { to: ids.at(-1) ?? '', judged: ids.length });
  });
  return other.length;
}

/** The rows of records as they come into the store now, with why that is. */
function linesOf(
  dump: Dump,
  groups: ReadonlyMap<string, Group>,
  { payloads, bad }: { readonly payloads: Payloads; readonly bad: Found['bad'] },
): Lines {
  const { exportId } = dump.manifest;
  const { asOf } = originOf(dump.manifest);
  const lines = noLines();
  const all = [...groups.values()];
  const add = (group: Group): void => {
    const { messages, moved } = movedOf(dump, payloads, group, bad);
    const source = { exportId, part: group.part ?? FEED_PART, asOf };
    addLines(lines, source, { group, moved, messages });
  };
  for (const group of all) if (group.part !== undefined) add(group);
  lines.quarantine.clear(); // what of the export is kept apart is so whatever is found, and is still there
  for (const group of all) if (group.part === undefined) add(group);
  lines.audit.clear(); // where they came from is told already
  for (const { place } of all) {
    const said = `signature judged: ${bad.get(place) ?? 'good'}`;
    const request = derivedUuid('signature', exportId, place);
    lines.audit.add([asOf, 'migration', request, null, place, null, said]);
  }
  return lines;
}
