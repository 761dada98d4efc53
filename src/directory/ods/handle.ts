import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';

import { londonDate, type LondonDate } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { BulkLoad } from '../../platform/bulk-load.ts';
import { settleLinks, type WaitingLink, waitingLinks } from './links/repository.ts';
import { digestOf, type OdsFile, rowsOf } from './file/handle.ts';
import type { OdsItem, RowFault } from './record.ts';
import {
  beginImport,
  type Chunk,
  type Closing,
  closingsOf,
  type Counts,
  countsOf,
  emptyChunk,
  finishImport,
  keepChunk,
  lockImports,
  type Refusal,
  refusalsOf,
  stageTables,
} from './repository.ts';

/** What became of a file. */
export type Imported = Counts & {
  readonly file: string;
  /** Rows that an earlier run had taken already. */
  readonly resumedAfter: number;
  readonly refused: readonly Refusal[];
};

export type OdsReport = {
  readonly files: readonly Imported[];
  readonly waiting: readonly WaitingLink[];
  readonly closings: readonly Closing[];
};

export type OdsOptions = {
  readonly at: Date;
  /** How it gets on: bytes of the file read so far, and rows. */
  readonly onProgress: (
    file: OdsFile,
    done: { readonly part: number; readonly rows: number },
  ) => void;
};

const CHUNK_ROWS = 5_000;

/**
 * Takes files of the Organisation Data Service, in chunks that are kept whole or not at all: whoever runs it again after
 * it was broken off goes on behind the last chunk [SDS 4]. A row that is wrong is refused, and all others are taken.
 * Fails while another one is at it.
 */
export async function importOds(
  load: BulkLoad,
  files: readonly OdsFile[],
  options: OdsOptions,
): Promise<Result<OdsReport, 'AnotherIsRunning'>> {
  if (!(await lockImports(load))) return fail('AnotherIsRunning');
  await stageTables(load);
  const begun: {
    readonly importId: string;
    readonly file: OdsFile;
    readonly resumedAfter: number;
  }[] = [];
  for (const file of files) begun.push(await takeFile(load, file, options));
  const ids = begun.map(({ importId }) => importId);
  await settleLinks(load, ids.at(-1) ?? '', options.at, londonDate(options.at));
  const imported = [];
  for (const { importId, file, resumedAfter } of begun) {
    const refused = await refusalsOf(load, importId);
    imported.push({ ...(await countsOf(load, importId)), file: file.name, resumedAfter, refused });
  }
  return ok({
    files: imported,
    waiting: await waitingLinks(load),
    closings: await closingsOf(load, ids),
  });
}

async function takeFile(load: BulkLoad, file: OdsFile, { at, onProgress }: OdsOptions) {
  const { size } = await stat(file.path);
  const digest = await digestOf(file.path);
  const { importId, rowsDone: resumedAfter } = await beginImport(
    load,
    { name: file.name, digest },
    at,
  );
  const seen = new Map<string, LondonDate | null>();
  let chunk = emptyChunk(resumedAfter);
  for await (const { item, row, end } of rowsOf(file)) {
    const verdict = item.ok ? unseen(item.value, seen) : item;
    if (row <= resumedAfter) continue;
    addTo(chunk, verdict, row);
    if (chunk.rows < CHUNK_ROWS) continue;
    await keepChunk(load, importId, chunk, at);
    onProgress(file, { part: size === 0 ? 1 : end / size, rows: row });
    chunk = emptyChunk(row);
  }
  await keepChunk(load, importId, chunk, at);
  await finishImport(load, importId, at);
  return { importId, file, resumedAfter };
}

/** Takes these records, whole or not at all, as if they had come in a file of this name. */
export async function importRecords(
  load: BulkLoad,
  { name, items }: { readonly name: string; readonly items: readonly OdsItem[] },
  at: Date,
): Promise<void> {
  await lockImports(load);
  await stageTables(load);
  const digest = createHash('sha256').update(JSON.stringify(items)).digest();
  const { importId } = await beginImport(load, { name, digest }, at);
  const chunk = emptyChunk(0);
  for (const [index, item] of items.entries()) addTo(chunk, ok(item), index + 1);
  await keepChunk(load, importId, chunk, at);
  await finishImport(load, importId, at);
  await settleLinks(load, importId, at, londonDate(at));
}

/** A code comes once in a file; only a record that is newer than the one before may come after it. */
function unseen(item: OdsItem, seen: Map<string, LondonDate | null>): Result<OdsItem, RowFault> {
  if (item.record === null) return ok(item);
  const { ods, lastChangedOn } = item.record;
  const before = seen.get(ods);
  const isNewer = before != null && lastChangedOn !== null && lastChangedOn > before;
  if (before !== undefined && !isNewer)
    return fail({ ods, reason: 'this code came before in the file' });
  seen.set(ods, lastChangedOn);
  return ok(item);
}

function addTo(chunk: Chunk, item: Result<OdsItem, RowFault>, row: number): void {
  chunk.rows += 1;
  if (!item.ok) {
    chunk.refusals.push({ row, ...item.error });
    return;
  }
  const { record, links, refused } = item.value;
  if (record !== null) chunk.records.set(record.ods, record);
  chunk.links.push(...links);
  const ods = record?.ods ?? null;
  chunk.refusals.push(...refused.map((reason) => ({ row, ods, reason })));
}
