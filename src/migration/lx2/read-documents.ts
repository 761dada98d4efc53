import { createReadStream } from 'node:fs';
import { join } from 'node:path';

import type { CsvPlace } from '../lx1/csv.ts';
import { DOCUMENT, type Dump, fileOf } from '../lx1/open-dump.ts';
import { type Between, type Group, type Mark, MARK_EVERY } from '../lx1/read-groups.ts';
import { bytesOf, CHUNK_BYTES, isPacked } from '../lx1/read-table.ts';
import { refused } from '../lx1/refusal.ts';
import { OF_PRESCRIPTIONS, placeOf } from '../lx1/tables.ts';
import { rowsOfDocument } from './document.ts';
import { type Fields, fieldsIn, fieldsOf, textOf } from './fields.ts';

const LINE_MAX_BYTES = 16_777_216; // a line that does not end
const LINE_END = 0x0a;

/**
 * The prescriptions of a part of an export of documents, one JSON object a line, in the order of their ids
 * [MIGRATION 2.3]; those between two marks alone where these are given. Throws `Trouble` with file and row for a line that
 * is no document or out of its order, and when there are not as many as were signed.
 */
export async function* readDocuments(
  dump: Dump,
  part: number,
  isWanted: (place: string) => boolean = () => true,
  between: Between | null = null,
): AsyncGenerator<Group> {
  const file = fileOf(dump, DOCUMENT, part);
  if (file === null) return;
  const from = between?.from.starts[DOCUMENT] ?? TOP;
  const bytes = bytesFrom(join(dump.folder, file.name), from, between?.to?.starts[DOCUMENT]);
  let lines = 0;
  let groups = 0;
  let group: Group | null = null;
  for await (const { line, row, start } of linesOf(bytes, file.name, from)) {
    lines += 1;
    const next = { ...groupOf(line, file.name, row), part };
    if (group !== null && next.place < group.place) {
      throw refused(file.name, row, 'it is not in the order of the prescriptions');
    }
    if (group?.place === next.place) {
      group = both(group, next);
      continue;
    }
    if (group !== null && isWanted(group.place)) yield group;
    const isMarked = !isPacked(file) && groups % MARK_EVERY === 0;
    groups += 1;
    const mark: Mark = { place: next.place, starts: { [DOCUMENT]: { row, start } } };
    group = isMarked ? { ...next, mark } : next;
  }
  if (group !== null && isWanted(group.place)) yield group;
  if (between === null && lines !== file.rows) {
    throw refused(file.name, null, `it has ${lines} rows where ${file.rows} were signed`);
  }
}

const TOP: CsvPlace = { row: 1, start: 0 };

/** Of a file that is packed nothing but all of it can be read. */
function bytesFrom(path: string, from: CsvPlace, to: CsvPlace | undefined): AsyncIterable<Buffer> {
  if (from.start === 0 && to === undefined) return bytesOf(path);
  const end = to === undefined ? Infinity : to.start - 1;
  return createReadStream(path, { start: from.start, end, highWaterMark: CHUNK_BYTES });
}

async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  name: string,
  from: CsvPlace,
): AsyncGenerator<{ readonly line: Buffer } & CsvPlace> {
  let rest: Buffer = Buffer.alloc(0);
  let { row, start } = from;
  for await (const chunk of chunks) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = bytes.indexOf(LINE_END); end !== -1; end = bytes.indexOf(LINE_END)) {
      yield { line: bytes.subarray(0, end), row, start };
      bytes = bytes.subarray(end + 1);
      row += 1;
      start += end + 1;
    }
    rest = Buffer.from(bytes); // the memory of a piece is used again
    if (rest.length > LINE_MAX_BYTES) throw refused(name, row, 'a document does not end');
  }
  if (rest.length > 0) throw refused(name, row, 'the file ends within a document: it is cut short');
}

const STRICT = new TextDecoder('utf-8', { fatal: true });

function groupOf(line: Buffer, file: string, row: number): Group {
  let value: unknown;
  try {
    value = JSON.parse(STRICT.decode(line));
  } catch {
    throw refused(file, row, 'it is no JSON in UTF-8');
  }
  const document = fieldsOf(value);
  const id = textOf(fieldsIn(document, 'prescription'), 'prescriptionID');
  if (id === null) throw refused(file, row, 'it has no prescription.prescriptionID');
  return groupOfDocument(document, placeOf(id), row);
}

/** A document as one with tables has it; index terms that say something else are D16, and nothing is read off them. */
export function groupOfDocument(document: Fields, place: string, row: number): Group {
  const rows = rowsOfDocument(document, row);
  return { place, rows, documents: 1, classes: hasWrongIndex(document, rows) ? ['D16'] : [] };
}

function both(one: Group, other: Group): Group {
  const { mark, part } = one;
  const rows = Object.fromEntries(
    OF_PRESCRIPTIONS.map((table) => [table, [...one.rows[table], ...other.rows[table]]]),
  );
  return {
    place: one.place,
    ...(part === undefined ? {} : { part }),
    ...(mark === undefined ? {} : { mark }),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rows of each table, as they were in the two
    rows: rows as unknown as Group['rows'],
    documents: (one.documents ?? 0) + (other.documents ?? 0),
    classes: [...(one.classes ?? []), ...(other.classes ?? [])],
  };
}

/** Terms that a prescription is found by: who is to have it, and what is done with it next. */
function hasWrongIndex(
  document: Fields,
  { NOM_RELEASE: queued, ISSUE: issues }: Group['rows'],
): boolean {
  const terms = fieldsIn(document, 'indexes');
  const isWrong = (name: string, right: readonly string[]): boolean =>
    name in terms && !isSame(listOfTexts(terms[name]), right);
  const waiting = queued.flatMap(({ row }) => (row.STATE === 'PENDING' ? [row.ORG] : []));
  const next = issues.flatMap(({ row }) =>
    row.NEXT_ACT === null ? [] : [`${row.NEXT_ACT}_${row.NEXT_ACT_DT ?? ''}`],
  );
  return isWrong('nominatedPharmacy', waiting) || isWrong('nextActivity', next);
}

function listOfTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.toSorted().join(' ') === other.toSorted().join(' ');
}
