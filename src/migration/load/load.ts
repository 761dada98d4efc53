import { createHash } from 'node:crypto';

import type { BulkLoad } from '../../platform/bulk-load.ts';
import { Trouble } from '../../platform/trouble.ts';
import { foldGroup, originOf } from '../fold/fold-group.ts';
import { Payloads } from '../fold/payloads.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { type Group, readGroups } from '../lx1/read-groups.ts';
import { OF_PRESCRIPTIONS } from '../lx1/tables.ts';
import { addLines, type Lines, type Message, noLines, targets, TARGETS } from './lines.ts';
import * as repository from './repository.ts';

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
  readonly rows: Record<string, [came: number, apart: number]>;
};

/**
 * Loads an export, unit by unit: each is written whole or not at all, and one that is there is not written again, so
 * that a load that was ended anywhere goes on [MIGRATION 3, 7]. Throws `Trouble` when the store holds anything else.
 */
export async function load(
  bulk: BulkLoad,
  dump: Dump,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<Progress> {
  const origin = originOf(dump.manifest);
  await repository.begin(bulk, dump.manifest, origin.asOf);
  const payloads = new Payloads(dump);
  let progress: Progress = { parts: 0, ofParts: dump.parts.length, ids: 0, written: 0 };
  try {
    for (const part of dump.parts) {
      const known = await repository.unitsOf(bulk, origin.exportId, part);
      if (!known.isWhole) {
        for await (const { ids, isNew } of loadPart(bulk, dump, { part, payloads, known })) {
          progress = {
            ...progress,
            ids: progress.ids + ids,
            written: progress.written + (isNew ? ids : 0),
          };
          onProgress(progress);
        }
        await repository.endPart(bulk, origin.exportId, part);
      } else progress = { ...progress, ids: progress.ids + known.ids };
      progress = { ...progress, parts: progress.parts + 1 };
      onProgress(progress);
    }
  } finally {
    payloads.close();
  }
  await repository.end(bulk, origin.exportId);
  return progress;
}

type PartWork = {
  readonly part: number;
  readonly payloads: Payloads;
  readonly known: repository.KnownUnits;
};

/** While one unit is written the next one is made. */
async function* loadPart(
  bulk: BulkLoad,
  dump: Dump,
  work: PartWork,
): AsyncGenerator<{ ids: number; isNew: boolean }> {
  let writing: Promise<void> = Promise.resolve();
  for await (const unit of unitsOf(dump, work)) {
    const digest = digestOf(unit.lines);
    const before = work.known.digests.get(unit.firstRow);
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
  await writing;
}

async function* unitsOf(dump: Dump, { part, payloads }: PartWork): AsyncGenerator<Unit> {
  const { asOf } = originOf(dump.manifest);
  const source = { exportId: dump.manifest.exportId, part, asOf };
  let unit: Unit | null = null;
  let place = 0;
  for await (const group of readGroups(dump, part)) {
    unit ??= { part, firstRow: place, firstPlace: group.place, ids: 0, lines: noLines(), rows: {} };
    const { messages, isDamaged } = messagesOf(payloads, group);
    const moved = foldGroup(group, dump.manifest, isDamaged);
    addLines(unit.lines, source, { group, moved, messages });
    countRows(unit, group, moved.quarantined);
    unit.ids += 1;
    place += 1;
    if (unit.ids < UNIT_IDS) continue;
    yield unit;
    unit = null;
  }
  if (unit !== null) yield unit;
}

function messagesOf(
  payloads: Payloads,
  { rows }: Group,
): { readonly messages: Message[]; readonly isDamaged: boolean } {
  let isDamaged = false;
  const messages = rows.MESSAGE.map(({ row }) => {
    const { bytes, isWhole } = payloads.read(row);
    if (!isWhole) isDamaged = true;
    return { row, bytes };
  });
  return { messages, isDamaged };
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
}

function digestOf(lines: Lines): Buffer {
  const hash = createHash('sha256');
  for (const target of targets()) hash.update(lines[target]);
  return hash.digest();
}

function write(bulk: BulkLoad, exportId: string, unit: Unit, digest: Buffer): Promise<void> {
  return bulk.together(async () => {
    for (const target of targets()) {
      if (unit.lines[target] !== '') await bulk.copy(TARGETS[target], unit.lines[target]);
    }
    const { part, firstRow, firstPlace, ids, rows } = unit;
    await repository.keepUnit(bulk, { exportId, part, firstRow, firstPlace, ids, rows, digest });
  });
}
