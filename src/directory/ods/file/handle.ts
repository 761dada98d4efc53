import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

import { fail, type Result } from '../../../kernel/result.ts';
import { jsonRows, lines, ROW_MAX_BYTES } from '../pieces.ts';
import { readCsvRow, type Report } from '../read-csv.ts';
import { readJsonValue } from '../read-json.ts';
import type { OdsItem, RowFault } from '../record.ts';

/** A file of the Organisation Data Service, in one of its public forms. */
export type OdsFile = {
  readonly path: string;
  readonly name: string;
  /** `json`: records of ORD or resources of FHIR, told apart one by one. */
  readonly form: Report | 'json';
};

/** SHA-256 of all of it: a run that was broken off is known by that. */
export async function digestOf(path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  const parts: AsyncIterable<Buffer> = createReadStream(path);
  for await (const part of parts) hash.update(part);
  return hash.digest();
}

/** A row of a file, and how many bytes of the file were read with it. */
export type Row = {
  readonly item: Result<OdsItem, RowFault>;
  readonly row: number;
  readonly end: number;
};

/** Row after row, as the file comes; only some are in memory. */
export async function* rowsOf({ path, form }: OdsFile): AsyncGenerator<Row> {
  const chunks = createReadStream(path, { highWaterMark: 262_144 });
  let row = 0;
  const decode = decoder();
  for await (const { bytes, end } of form === 'json'
    ? jsonRows(chunks)
    : lines(chunks, LINE_MAX_BYTES)) {
    row += 1;
    yield { row, end, item: bytes === null ? TOO_LONG : readPiece({ bytes, end }, form, decode) };
  }
}

const LINE_MAX_BYTES = 16_384;
const TOO_LONG = fail({
  ods: null,
  reason: `it is longer than any row may be (a line ${LINE_MAX_BYTES} bytes, a value ${ROW_MAX_BYTES})`,
});

type Decode = (line: Buffer) => string | null;

function readPiece(
  { bytes }: { readonly bytes: Buffer; readonly end: number },
  form: OdsFile['form'],
  decode: Decode,
) {
  if (form === 'json') return readJsonValue(bytes);
  const line = decode(bytes);
  return line === null
    ? fail({ ods: null, reason: 'it is not UTF-8, though its file begins as such a one' })
    : readCsvRow(line, form);
}

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The reports are Latin-1; a file that begins with the mark of UTF-8 is that: somebody saved it so [SDS 2.3]. */
function decoder(): Decode {
  let isUtf8File: boolean | null = null;
  return (line) => {
    const isMarked = line.subarray(0, 3).equals(UTF8_MARK);
    isUtf8File ??= isMarked;
    if (!isUtf8File) return line.toString('latin1');
    return isUtf8(line) ? line.subarray(isMarked ? 3 : 0).toString('utf8') : null;
  };
}
