import { createHash } from 'node:crypto';

import type { BulkLoad } from '../../platform/bulk-load.ts';
import { Trouble } from '../../platform/trouble.ts';
import { stageBeside } from '../beside/stage.ts';
import { foldGroup, originOf } from '../fold/fold-group.ts';
import { messagesOf } from '../fold/messages.ts';
import { Payloads } from '../fold/payloads.ts';
import { DOCUMENT, type Dump } from '../lx1/open-dump.ts';
import { groupsOf } from '../groups.ts';
import type { Group, Mark } from '../lx1/read-groups.ts';
import { OF_PRESCRIPTIONS } from '../lx1/tables.ts';
import { addLines, clear, copyAll, type Lines, noLines } from './lines.ts';
import * as repository from './repository.ts';
import { targets } from './targets.ts';

/** Ids that are written at once. */
const UNIT_IDS = 500;

/** How far a load has come; `written` of this run alone. */
export type Progress = {
  readonly parts: number;
  readonly ofParts: number;
  readonly ids: number;
  readonly written: number;
};

/** A unit on its way into the database. */
type Unit = {
  readonly part: number;
  readonly firstRow: number;
  readonly firstPlace: string;
  ids: number;
  readonly lines: Lines;
  readonly marks: Mark[];
  readonly rows: Record<string, [came: number, apart: number]>;
};

/** Who loads the parts that are left, each whole; tells of every unit. */
export type LoadParts = (parts: readonly number[], onUnit: OnUnit) => Promise<void>;

/** Of a part: ids that were gone through, and whether they were written now; `isEnd` behind the last. */
export type OnUnit = (unit: UnitDone) => void;
export type UnitDone = { readonly ids: number; readonly isNew: boolean; readonly isEnd: boolean };

/**
 * Loads an export, unit by unit: each is written whole or not at all, and one that is there is not written again, so
 * that a load that was ended anywhere goes on [MIGRATION 3, 7]. Throws `Trouble` when the store holds anything else.
 */
export async function load(
  bulk: BulkLoad,
  dump: Dump,
  onProgress: (progress: Progress) => void = () => undefined,
  loadParts: LoadParts = (parts, onUnit) => loadAll(bulk, dump, parts, onUnit),
): Promise<Progress> {
  const { exportId, asOf } = originOf(dump.manifest);
  await repository.begin(bulk, dump, asOf);
  const whole = await repository.wholeParts(bulk, exportId);
  let ids = [...whole.values()].reduce((sum, some) => sum + some, 0);
  let [parts, written] = [whole.size, 0];
  const left = dump.parts.filter((part) => !whole.has(part));
  await loadParts(left, (unit) => {
    ids += unit.ids;
    if (unit.isNew) written += unit.ids;
    if (unit.isEnd) parts += 1;
    onProgress({ parts, ofParts: dump.parts.length, ids, written });
  });
  if (!(await repository.isEnded(bulk, exportId))) await stageBeside(bulk, dump);
  await repository.end(bulk, exportId);
  return { parts, ofParts: dump.parts.length, ids, written };
}

/** One part after the other, with the same memory for the rows of each. */
export async function loadAll(
  bulk: BulkLoad,
  dump: Dump,
  parts: Iterable<number> | AsyncIterable<number>,
  onUnit: OnUnit,
): Promise<void> {
  const { exportId } = dump.manifest;
  const payloads = new Payloads(dump);
  const both = [noLines(), noLines()] as const;
  try {
    for await (const part of parts) {
      const known = await repository.unitsOf(bulk, exportId, part);
      for await (const unit of loadPart(bulk, dump, { part, payloads, known, both })) {
        onUnit({ ...unit, isEnd: false });
      }
      payloads.close();
      await repository.endPart(bulk, exportId, part);
      onUnit({ ids: 0, isNew: false, isEnd: true });
    }
  } finally {
    payloads.close();
  }
}

type PartWork = {
  readonly part: number;
  readonly payloads: Payloads;
  /** Digests of the units that are there, by the row that they begin with. */
  readonly known: ReadonlyMap<number, Buffer>;
  /** One is filled while the other is written. */
  readonly both: readonly [Lines, Lines];
};

/** While one unit is written the next one is made. */
async function* loadPart(
  bulk: BulkLoad,
  dump: Dump,
  work: PartWork,
): AsyncGenerator<{ ids: number; isNew: boolean }> {
  let writing: Promise<void> = Promise.resolve();
  try {
    for await (const unit of unitsOf(dump, work)) {
      const digest = digestOf(unit.lines);
      const before = work.known.get(unit.firstRow);
      if (before !== undefined && !before.equals(digest)) {
        throw new Trouble(
          `part ${unit.part} from row ${unit.firstRow} on is not what was loaded of it before`,
          'load the export that was begun with, by the version that began',
        );
      }
      await writing;
      if (before === undefined) writing = write(bulk, dump.manifest.exportId, unit, digest);
      // A refusal of the database waits until it is looked at: the next unit, or the end.
      writing.then(undefined, () => undefined);
      yield { ids: unit.ids, isNew: before === undefined };
    }
  } finally {
    await writing; // what was read is there, whatever comes behind it
  }
}

/** Each with lines of its own until the next but one is begun: that one has them again. */
async function* unitsOf(dump: Dump, { part, payloads, both }: PartWork): AsyncGenerator<Unit> {
  const { asOf } = originOf(dump.manifest);
  const source = { exportId: dump.manifest.exportId, part, asOf };
  let unit: Unit | null = null;
  let [lines, written] = both;
  for (const one of both) clear(one);
  let place = 0;
  for await (const group of groupsOf(dump, part)) {
    unit ??= { part, firstRow: place, firstPlace: group.place, ids: 0, lines, marks: [], rows: {} };
    if (group.mark !== undefined) unit.marks.push(group.mark);
    const { messages, isDamaged } = messagesOf(payloads, group);
    const moved = foldGroup(group, dump, isDamaged);
    addLines(unit.lines, source, { group, moved, messages });
    countRows(unit, group, moved.quarantined);
    unit.ids += 1;
    place += 1;
    if (unit.ids < UNIT_IDS) continue;
    yield unit;
    unit = null;
    [lines, written] = [written, lines];
    clear(lines);
  }
  if (unit !== null) yield unit;
}

/** In is what is loaded and what is kept apart, table by table [MIGRATION 5, M7]. */
function countRows(
  { rows }: Unit,
  group: Group,
  quarantined: readonly { readonly table: string }[],
): void {
  for (const table of OF_PRESCRIPTIONS) {
    const [came, apart] = rows[table] ?? [0, 0];
    const own = quarantined.filter((one) => one.table === table).length;
    rows[table] = [came + group.rows[table].length, apart + own];
  }
  if (group.documents === undefined) return;
  rows[DOCUMENT] = [(rows[DOCUMENT]?.[0] ?? 0) + group.documents, 0];
}

/** Over the rows as they are sent, table by table. */
function digestOf(lines: Lines): Buffer {
  const hash = createHash('sha256');
  for (const target of targets()) hash.update(lines[target].bytes);
  return hash.digest();
}

function write(bulk: BulkLoad, exportId: string, unit: Unit, digest: Buffer): Promise<void> {
  return bulk.together(async () => {
    await copyAll(bulk, unit.lines);
    await repository.keepUnit(bulk, { ...unit, exportId, digest });
  });
}
