/** A field as the file has it: null is NULL, which is not the same as an empty text [MIGRATION 2]. */
export type Field = string | null;

/**
 * A record, the number of the row that it is in its file, and the byte at which it begins; the header is row 1. Its fields
 * are read when they are asked for.
 */
export class CsvRow {
  readonly row: number;
  readonly start: number;
  /** It stands among ASCII without NUL. */
  readonly isPlain: boolean;
  /** A line without quotes, or the fields of one that has them. */
  readonly #content: string | readonly Field[];

  constructor({ row, start }: CsvPlace, content: string | readonly Field[], isPlain: boolean) {
    this.row = row;
    this.start = start;
    this.#content = content;
    this.isPlain = isPlain;
  }

  get fields(): readonly Field[] {
    if (typeof this.#content !== 'string') return this.#content;
    const fields: Field[] = this.#content.split(',');
    for (let place = 0; place < fields.length; place += 1) fields[place] ||= null;
    return fields;
  }

  /** One of them; null where there are not so many. */
  field(place: number): Field {
    if (typeof this.#content !== 'string') return this.#content[place] ?? null;
    let start = 0;
    for (let left = place; left > 0; left -= 1) {
      start = this.#content.indexOf(',', start) + 1;
      if (start === 0) return null;
    }
    const end = this.#content.indexOf(',', start);
    const field = end === -1 ? this.#content.slice(start) : this.#content.slice(start, end);
    return field === '' ? null : field;
  }
}

/** Where a record is: the number of its row, and the byte at which it begins. */
export type CsvPlace = { readonly row: number; readonly start: number };

const TOP: CsvPlace = { row: 1, start: 0 };

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** Why a file is no CSV, and in which row. */
export class CsvFault extends Error {
  override readonly name = 'CsvFault';
  readonly row: number;

  constructor(row: number, message: string) {
    super(message);
    this.row = row;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_END = 0x0a;
const RECORD_MAX_BYTES = 1_048_576; // a record that does not end is a quote that was never closed

/**
 * Reads RFC 4180 with line feeds, the records of a chunk at a time [MIGRATION 2]. Fields are text of one byte a character (latin1):
 * whoever needs more than ASCII decodes the bytes that were there. `first` is where these chunks begin in their file. Throws
 * `CsvFault`.
 */
export async function* readCsv(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  first: CsvPlace = TOP,
): AsyncGenerator<readonly CsvRow[]> {
  let rest = '';
  let { row, start } = first;
  for await (const chunk of chunks) {
    const text = rest + chunk.toString('latin1');
    const isPlain = !text.includes('\0') && !BEYOND_ASCII.test(text);
    const records: CsvRow[] = [];
    let at = 0;
    for (;;) {
      const record = readRecord(text, at, row);
      if (record === null) break;
      records.push(new CsvRow({ row, start: start + at }, record.content, isPlain));
      at = record.end;
      row += 1;
    }
    yield records;
    rest = text.slice(at);
    start += at;
    if (rest.length > RECORD_MAX_BYTES) throw new CsvFault(row, 'a record does not end');
  }
  if (rest !== '') throw new CsvFault(row, 'the file ends within a record: it is cut short');
}

type Record = { readonly content: string | readonly Field[]; readonly end: number };

/** The record that begins here; null when its end is not there yet. Most have no quote, and end with their line. */
function readRecord(text: string, start: number, row: number): Record | null {
  const end = text.indexOf('\n', start);
  if (end === -1) return null;
  const line = text.slice(start, end);
  if (line.includes('"')) return readQuotedRecord(text, start, row);
  return { content: line, end: end + 1 };
}

function readQuotedRecord(text: string, start: number, row: number): Record | null {
  const fields: Field[] = [];
  let at = start;
  for (;;) {
    if (text.charCodeAt(at) === QUOTE) {
      const quoted = readQuoted(text, at);
      if (quoted === null) return null;
      fields.push(quoted.value);
      at = quoted.end;
    } else {
      const end = endOfPlain(text, at, row);
      if (end === null) return null;
      fields.push(end === at ? null : text.slice(at, end));
      at = end;
    }
    const next = text.charCodeAt(at);
    if (Number.isNaN(next)) return null;
    at += 1;
    if (next === LINE_END) return { content: fields, end: at };
    if (next !== COMMA) throw new CsvFault(row, 'text stands behind a closing quote');
  }
}

function readQuoted(text: string, start: number): { value: string; end: number } | null {
  let value = '';
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    // The last character may be the first of two quotes.
    if (quote === -1 || quote === text.length - 1) return null;
    value += text.slice(at, quote);
    if (text.charCodeAt(quote + 1) !== QUOTE) return { value, end: quote + 1 };
    value += '"';
    at = quote + 2;
  }
}

function endOfPlain(text: string, start: number, row: number): number | null {
  for (let at = start; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    if (letter === COMMA || letter === LINE_END) return at;
    if (letter === QUOTE) throw new CsvFault(row, 'a quote stands in a field that is not quoted');
  }
  return null;
}

/** One record with its line end; a text of one byte a character, or ASCII. */
export function csvLine(fields: readonly Field[]): string {
  let line = '';
  for (const [index, field] of fields.entries()) {
    if (index > 0) line += ',';
    if (field !== null)
      line += NEEDS_QUOTES.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  }
  return `${line}\n`;
}

const NEEDS_QUOTES = /^$|[",\n\r]/;
