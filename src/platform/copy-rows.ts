import { assure } from '../kernel/bug.ts';

/** A value of a row that is sent by COPY: days as `YYYY-MM-DD`, moments as ISO 8601 in UTC, bytes as those of a `bytea`. */
export type CopyValue = string | number | Buffer | readonly string[] | null;

/** Types of columns that rows are gathered for. */
export type CopyType = keyof typeof WRITERS;

/**
 * Rows for one table, kept as the very bytes that are sent, which are COPY's binary form. Their memory is used again
 * after `clear`.
 */
export class CopyRows {
  readonly #writers: readonly Writer[];
  #bytes = Buffer.from(HEAD);
  #end = HEAD.length;

  /** `types` of the columns, in the order of each row's values. */
  constructor(types: readonly CopyType[]) {
    this.#writers = types.map((type) => WRITERS[type]);
  }

  /** Throws a `Bug` for a value that is none of its column's type. */
  add(values: readonly CopyValue[]): void {
    assure(values.length === this.#writers.length, 'a row has a value for each column');
    this.#reserve(LENGTH_BYTES);
    this.#end = this.#bytes.writeInt16BE(values.length, this.#end);
    for (let place = 0; place < values.length; place += 1) {
      this.#field(this.#writers[place], values[place] ?? null);
    }
  }

  #field(write: Writer | undefined, value: CopyValue): void {
    this.#reserve(LENGTH_BYTES + roomFor(value));
    const start = this.#end + LENGTH_BYTES;
    const end = value === null ? start : (write?.(this.#bytes, value, start) ?? start);
    this.#bytes.writeInt32BE(value === null ? NULL : end - start, this.#end);
    this.#end = end;
  }

  get isEmpty(): boolean {
    return this.#end === HEAD.length;
  }

  /** All rows so far, and what stands before and behind them; overwritten by what is added after `clear`. */
  get bytes(): Buffer {
    this.#reserve(LENGTH_BYTES);
    return this.#bytes.subarray(0, this.#bytes.writeInt16BE(NO_MORE, this.#end));
  }

  clear(): void {
    this.#end = HEAD.length;
  }

  #reserve(more: number): void {
    if (this.#end + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#end + more, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** Before the first row: the signature of the form, no flags, and no more of a head. */
const HEAD = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const LENGTH_BYTES = 4;
const NULL = -1; // where the length of a value stands
const NO_MORE = -1; // where the number of columns stands

/** The most bytes that a value may take. */
function roomFor(value: CopyValue): number {
  if (value === null || typeof value === 'number') return FIXED_MAX_BYTES;
  if (typeof value === 'string') return FIXED_MAX_BYTES + value.length * LETTER_MAX_BYTES;
  if (Buffer.isBuffer(value)) return value.length;
  return value.reduce((sum, one) => sum + roomFor(one), FIXED_MAX_BYTES);
}

const FIXED_MAX_BYTES = 20; // before the values of a list
const LETTER_MAX_BYTES = 3; // of one UTF-16 unit in UTF-8

/** Writes a value at a place that has room for it; answers where it ends. */
type Writer = (bytes: Buffer, value: CopyValue, at: number) => number;

/** The binary form of each type, as the server receives it. */
const WRITERS = {
  text: writeText,
  json: writeText,
  smallint: (bytes, value, at) => bytes.writeInt16BE(wholeNumber(value), at),
  integer: (bytes, value, at) => bytes.writeInt32BE(wholeNumber(value), at),
  date: (bytes, value, at) => bytes.writeInt32BE(sinceStart(value) / DAY_MS, at),
  timestamptz: writeMoment,
  uuid: writeUuid,
  bytea: (bytes, value, at) => {
    assure(Buffer.isBuffer(value), 'bytes are sent as bytes');
    return at + value.copy(bytes, at);
  },
  'text[]': writeTexts,
} as const satisfies Record<string, Writer>;

function writeText(bytes: Buffer, value: CopyValue, at: number): number {
  assure(typeof value === 'string', 'a text is sent as a text');
  return at + bytes.write(value, at);
}

/** Of one dimension, whose places count from 1. */
function writeTexts(bytes: Buffer, value: CopyValue, at: number): number {
  assure(
    typeof value === 'object' && value !== null && !Buffer.isBuffer(value),
    'texts are sent as a list',
  );
  let end = at;
  for (const number of [1, 0, TEXT_OID, value.length, 1]) end = bytes.writeInt32BE(number, end);
  for (const one of value) {
    const start = end;
    end = writeText(bytes, one, start + LENGTH_BYTES);
    bytes.writeInt32BE(end - start - LENGTH_BYTES, start);
  }
  return end;
}

const TEXT_OID = 25;

function wholeNumber(value: CopyValue): number {
  assure(typeof value === 'number' && Number.isInteger(value), 'a number is sent as a whole one');
  return value;
}

/** Milliseconds from when the server's calendar starts. */
function sinceStart(value: CopyValue): number {
  const ms = typeof value === 'string' ? Date.parse(value) - START_MS : Number.NaN;
  assure(!Number.isNaN(ms), 'a moment is sent as ISO 8601');
  return ms;
}

const START_MS = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;

/** Microseconds in eight bytes: two numbers of four are much quicker to write than a bigint. */
function writeMoment(bytes: Buffer, value: CopyValue, at: number): number {
  const microseconds = sinceStart(value) * 1000;
  const upper = Math.floor(microseconds / UINT32);
  return bytes.writeUInt32BE(microseconds - upper * UINT32, bytes.writeInt32BE(upper, at));
}

const UINT32 = 4_294_967_296;

function writeUuid(bytes: Buffer, value: CopyValue, at: number): number {
  assure(typeof value === 'string', 'a GUID is sent as a text');
  let end = at;
  for (const [from, to] of HEX_OF_UUID) end += bytes.write(value.slice(from, to), end, 'hex');
  assure(end === at + UUID_BYTES, 'a GUID has 32 digits');
  return end;
}

const UUID_BYTES = 16;
/** What stands between its hyphens. */
const HEX_OF_UUID = [
  [0, 8],
  [9, 13],
  [14, 18],
  [19, 23],
  [24, 36],
] as const;

const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};

/** One row in the text form of COPY, with its line end. */
export function copyLine(values: readonly (string | number | null)[]): string {
  return `${values.map(fieldOf).join('\t')}\n`;
}

function fieldOf(value: string | number | null): string {
  if (value === null) return '\\N';
  return String(value).replaceAll(/[\\\t\n\r]/g, (letter) => ESCAPED[letter] ?? letter);
}
