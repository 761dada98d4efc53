import { closeSync, createReadStream, openSync, type ReadStream, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip, createZstdDecompress } from 'node:zlib';

import { CsvFault, type CsvPlace, type CsvRow, type Field, readCsv } from './csv.ts';
import { type Dump, fileOf } from './open-dump.ts';
import type { DumpFile } from './manifest.ts';
import { refused } from './refusal.ts';
import { columnsOf, type Row, type TableName } from './tables.ts';

/** A row, and where it stands. */
export type Placed<Name extends TableName> = {
  readonly row: Row<Name>;
  readonly at: number;
  /** Columns whose bytes were no UTF-8, with those bytes as latin1 [MIGRATION 4, D23]. */
  readonly repaired: Readonly<Record<string, string>>;
};

/** The rows of a table in a part, some at a time: what `readRecords` and `placed` throw is thrown. */
export async function* readTable<Name extends TableName>(
  dump: Dump,
  table: Name,
  part: number,
): AsyncGenerator<readonly Placed<Name>[]> {
  const file = fileOf(dump, table, part)?.name ?? table;
  for await (const some of readRecords(dump, table, part)) {
    yield some.map((record) => placed(record, table, file));
  }
}

/**
 * The rows of a table in a part, some at a time and not looked at yet; as many as the manifest says. Throws `Trouble`
 * with file, row and reason when the file is no CSV, or has other columns than the table.
 */
export async function* readRecords(
  dump: Dump,
  table: TableName,
  part: number,
): AsyncGenerator<readonly CsvRow[]> {
  const file = fileOf(dump, table, part);
  if (file === null) return;
  let rows = 0;
  for await (const some of recordsOf(dump, file, table)) {
    rows += some.length;
    yield some;
  }
  if (rows !== file.rows) {
    throw refused(file.name, null, `it has ${rows} rows where ${file.rows} were signed`);
  }
}

async function* recordsOf(
  dump: Dump,
  file: DumpFile,
  table: TableName,
): AsyncGenerator<readonly CsvRow[]> {
  const names = columnsOf(table).map(({ name }) => name);
  try {
    for await (const records of readCsv(bytesOf(join(dump.folder, file.name)))) {
      const [first] = records;
      const isHeader = first?.row === 1;
      if (isHeader && first.fields.join(',') !== names.join(',')) {
        throw refused(file.name, 1, `the columns of ${table} are ${names.join(', ')}`);
      }
      yield isHeader ? records.slice(1) : records;
    }
  } catch (error) {
    if (error instanceof CsvFault) throw refused(file.name, error.row, error.message);
    throw error;
  }
}

/** From one record of a file to before another. */
export type Stretch = { readonly from: CsvPlace; readonly to: CsvPlace };

/** The rows of a stretch of a table in a part that is not packed: as `readRecords`, without those before and behind. */
export async function* readStretch(
  dump: Dump,
  file: DumpFile,
  { from, to }: Stretch,
): AsyncGenerator<readonly CsvRow[]> {
  const bytes = bytesBetween(join(dump.folder, file.name), from.start, to.start);
  try {
    yield* readCsv([bytes], from);
  } catch (error) {
    if (error instanceof CsvFault) throw refused(file.name, error.row, error.message);
    throw error;
  }
}

function bytesBetween(path: string, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(to - from);
  const file = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from));
  } finally {
    closeSync(file);
  }
}

/** Whether its bytes are not those of its rows. */
export function isPacked({ name }: DumpFile): boolean {
  return name.endsWith('.gz') || name.endsWith('.zst');
}

/** Bytes of a file, as they were before it was packed; each piece is good until the next one is asked for. */
export function bytesOf(path: string): AsyncIterable<Buffer> {
  if (path.endsWith('.gz')) return packed(path).compose(createGunzip({ chunkSize: CHUNK_BYTES }));
  if (!path.endsWith('.zst')) return piecesOf(path);
  return packed(path).compose(createZstdDecompress({ chunkSize: CHUNK_BYTES }));
}

function packed(path: string): ReadStream {
  return createReadStream(path, { highWaterMark: CHUNK_BYTES });
}

/** Read into memory that is used again: a stream has a new piece for each, which is not gone as quickly. */
async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  const buffer = SPARE.pop() ?? Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    SPARE.push(buffer);
    await file.close();
  }
}

/** Of files that were read before. */
const SPARE: Buffer[] = [];

export const CHUNK_BYTES = 262_144;

/** One column of a row that is not looked at yet. */
export function fieldOf(record: CsvRow, place: number): Field {
  const field = record.field(place);
  return field === null || record.isPlain || PLAIN.test(field) ? field : decoded(field);
}

/** A row with its columns; throws `Trouble` when they are not those of its table, or one is empty that must not be. */
export function placed<Name extends TableName>(
  record: CsvRow,
  table: Name,
  file: string,
): Placed<Name> {
  const { row: at, fields, isPlain } = record;
  const columns = columnsOf(table);
  if (fields.length !== columns.length) {
    throw refused(file, at, `it has ${fields.length} fields where ${table} has ${columns.length}`);
  }
  // Copied from one that has all columns: an object that grows by one after another is slow to make.
  const row: Record<string, Field> = { ...emptyRow(table) };
  let repaired: Record<string, string> = NOTHING;
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index];
    const field = fields[index] ?? null;
    if (column === undefined) continue;
    if (field === null) {
      if (!column.isNullable) throw refused(file, at, `${column.name} is NULL`);
      continue;
    }
    const isClean = isPlain || PLAIN.test(field);
    row[column.name] = isClean ? field : decoded(field);
    if (isClean ? field !== field.trim() : isRepair(field)) {
      repaired = { ...repaired, [column.name]: field };
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its columns are those of the table: looked at above
  return { row: row as Row<Name>, at, repaired };
}

const NOTHING: Readonly<Record<string, string>> = {};
const EMPTY = new Map<TableName, Readonly<Record<string, Field>>>();

function emptyRow(table: TableName): Readonly<Record<string, Field>> {
  const known = EMPTY.get(table);
  if (known !== undefined) return known;
  const empty = Object.fromEntries(columnsOf(table).map(({ name }) => [name, null]));
  EMPTY.set(table, empty);
  return empty;
}

/** ASCII without NUL. */
const PLAIN = /^[\t\n\r\u0020-\u007e]*$/;
const STRICT = new TextDecoder('utf-8', { fatal: true });
const WINDOWS = new TextDecoder('windows-1252');

/** UTF-8 where it is that; else the letters of Windows, which old systems wrote; never with a NUL [MIGRATION 4, D23]. */
function decoded(field: string): string {
  const bytes = Buffer.from(field.replaceAll('\0', ''), 'latin1');
  try {
    return STRICT.decode(bytes);
  } catch {
    return WINDOWS.decode(bytes);
  }
}

function isRepair(field: string): boolean {
  if (field.includes('\0')) return true;
  try {
    STRICT.decode(Buffer.from(field, 'latin1'));
    return false;
  } catch {
    return true;
  }
}
