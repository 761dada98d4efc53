/** A value of a row that is sent by COPY; bytes are those of a `bytea`. */
export type CopyValue = string | number | Buffer | null;

/** Rows for one table, kept as the very bytes that are sent, whose memory is used again after `clear`. */
export class CopyRows {
  #bytes = Buffer.alloc(0);
  #length = 0;

  add(values: readonly CopyValue[]): void {
    const line = copyLine(values);
    const needed = this.#length + line.length * LETTER_MAX_BYTES;
    if (needed > this.#bytes.length) this.#grow(needed);
    this.#length += this.#bytes.write(line, this.#length);
  }

  /** All rows so far, in UTF-8; overwritten by what is added after `clear`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

const LETTER_MAX_BYTES = 3; // of one UTF-16 unit in UTF-8

const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};

/** One row in the text form of COPY, with its line end. */
export function copyLine(values: readonly CopyValue[]): string {
  return `${values.map(fieldOf).join('\t')}\n`;
}

function fieldOf(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return `\\\\x${value.toString('hex')}`;
  return isPlain(value)
    ? value
    : value.replaceAll(/[\\\t\n\r]/g, (letter) => ESCAPED[letter] ?? letter);
}

/** Long texts have none of them: looking for each is much quicker than one expression for all. */
function isPlain(text: string): boolean {
  return !(
    text.includes('\\') ||
    text.includes('\t') ||
    text.includes('\n') ||
    text.includes('\r')
  );
}
