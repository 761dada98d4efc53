/** A piece of a file: a line, or a JSON value; null: longer than any row may be. */
export type Piece = { readonly bytes: Buffer | null; readonly end: number };

export const ROW_MAX_BYTES = 1_048_576;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The lines of a file, without their ends; empty ones are left out. `end` is how many bytes of the file were read. */
export async function* lines(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<Piece> {
  let rest: Buffer = Buffer.alloc(0);
  let read = 0;
  let isTooLong = false;
  for await (const chunk of chunks) {
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const before = read - rest.length;
    read += chunk.length;
    let from = 0;
    for (let end = text.indexOf(LINE_FEED); end !== -1; end = text.indexOf(LINE_FEED, from)) {
      const bytes = withoutReturn(text.subarray(from, end));
      if (isTooLong || bytes.length > maxBytes) yield { bytes: null, end: before + end + 1 };
      else if (bytes.length > 0) yield { bytes, end: before + end + 1 };
      isTooLong = false;
      from = end + 1;
    }
    rest = text.subarray(from);
    if (rest.length <= maxBytes) continue;
    isTooLong = true;
    rest = Buffer.alloc(0);
  }
  const bytes = withoutReturn(rest);
  if (isTooLong || bytes.length > 0) yield { bytes: isTooLong ? null : bytes, end: read };
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LIST = 0x5b;
const COMMA = 0x2c;
const RECORD_SEPARATOR = 0x1e;

/** Members of a whole whose values are rows: of a Bundle, and of a list of ORD records. */
const CONTAINER = /"(?:entry|Organisations)"\s*:\s*\[$/;

/**
 * The rows of a file of JSON values one after another: the elements of a list, the entries of a Bundle, or the values
 * themselves. Only one row is in memory at a time.
 */
export async function* jsonRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  const scanner = new Scanner();
  for await (const chunk of chunks) yield* scanner.take(chunk);
  yield* scanner.finish();
}

/** Goes over the bytes once, and knows how deep it is and where the row that it is in began. */
class Scanner {
  #row: Buffer[] = [];
  #rowBytes = 0;
  #depth = 0;
  /** How deep the rows lie: below nothing, or within one list or member of a whole. */
  #rowDepth = 0;
  #isInText = false;
  #isEscaped = false;
  #isInRow = false;
  /** Behind the rows of a whole, until it ends. */
  #isBehind = false;
  #read = 0;

  *take(chunk: Buffer): Generator<Piece> {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      if (this.#isInText) {
        at = this.#throughText(chunk, at);
        continue;
      }
      const byte = chunk[at] ?? 0;
      if (!this.#isInRow) {
        if (this.#passes(byte)) continue;
        this.#isInRow = true;
        from = at;
      }
      const isEnd = this.#isEnd(byte);
      if (isEnd !== null) {
        this.#keep(chunk.subarray(from, isEnd === 'with it' ? at + 1 : at));
        yield this.#cut(this.#read + at + 1);
        if (isEnd === 'before it') this.#passes(byte);
      } else if (byte === LIST && this.#entersContainer(chunk.subarray(from, at + 1))) {
        this.#isInRow = false;
      }
    }
    if (this.#isInRow) this.#keep(chunk.subarray(from));
    this.#read += chunk.length;
  }

  *finish(): Generator<Piece> {
    if (this.#rowBytes > 0) yield this.#cut(this.#read);
  }

  /** Answers where in the chunk the text ends, or the chunk does. */
  #throughText(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) {
        this.#isInText = false;
        return at;
      }
    }
    return chunk.length;
  }

  /** Whether the byte is between rows: a blank, the end of what holds them, or anything behind them. */
  #passes(byte: number): boolean {
    if (this.#isBehind) {
      if (byte === QUOTE) this.#isInText = true;
      else if (isOpening(byte)) this.#depth += 1;
      else if (isClosing(byte)) this.#depth -= 1;
      this.#isBehind = this.#depth > 0;
      return true;
    }
    if (isBlank(byte)) return true;
    if (!isClosing(byte) || this.#rowDepth === 0) return false;
    this.#depth = this.#rowDepth - 1;
    this.#rowDepth = 0;
    this.#isBehind = this.#depth > 0;
    return true;
  }

  /** Whether the row ends at this byte of it, which may be the first of what follows; null: it goes on. */
  #isEnd(byte: number): 'with it' | 'before it' | null {
    if (byte === QUOTE) this.#isInText = true;
    else if (isOpening(byte)) this.#depth += 1;
    else if (isClosing(byte)) {
      if (this.#depth === this.#rowDepth) return this.#rowDepth === 0 ? 'with it' : 'before it';
      this.#depth -= 1;
      return this.#depth === this.#rowDepth ? 'with it' : null;
    } else if (this.#depth === this.#rowDepth && isBlank(byte)) return 'before it';
    return null;
  }

  #entersContainer(row: Buffer): boolean {
    if (this.#rowDepth > 0) return false;
    const isList = this.#depth === 1 && this.#rowBytes + row.length === 1;
    if (!isList && !(this.#depth === 2 && this.#isMember(row))) return false;
    this.#rowDepth = this.#depth;
    this.#row = [];
    this.#rowBytes = 0;
    return true;
  }

  #isMember(row: Buffer): boolean {
    return CONTAINER.test(
      Buffer.concat([...this.#row, row])
        .subarray(-200)
        .toString('latin1'),
    );
  }

  #keep(bytes: Buffer): void {
    this.#rowBytes += bytes.length;
    if (this.#rowBytes <= ROW_MAX_BYTES) this.#row.push(Buffer.from(bytes));
    else this.#row = [];
  }

  #cut(end: number): Piece {
    const bytes = this.#rowBytes > ROW_MAX_BYTES ? null : Buffer.concat(this.#row);
    this.#row = [];
    this.#rowBytes = 0;
    this.#isInRow = false;
    return { bytes, end };
  }
}

function isOpening(byte: number): boolean {
  return byte === 0x7b || byte === LIST;
}

function isClosing(byte: number): boolean {
  return byte === 0x7d || byte === 0x5d;
}

function isBlank(byte: number): boolean {
  return (
    byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === COMMA || byte === RECORD_SEPARATOR
  );
}
