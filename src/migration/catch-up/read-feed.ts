import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { JsonReader } from '../../kernel/json-reader.ts';
import { Trouble } from '../../platform/trouble.ts';
import { CsvFault, type CsvRow, readCsv } from '../lx1/csv.ts';
import { DOCUMENT } from '../lx1/open-dump.ts';
import { bytesOf } from '../lx1/read-table.ts';
import { refused } from '../lx1/refusal.ts';
import { isTable, type TableName } from '../lx1/tables.ts';
import { readSigned } from '../signed-file.ts';

/** One row of an old store that was written, changed or removed [MIGRATION 2.1]. */
export type Change = {
  readonly seq: number;
  readonly transaction: string;
  readonly isLast: boolean;
  /** When it was committed, as the feed has it. */
  readonly at: string;
  readonly table: TableName | typeof DOCUMENT;
  readonly op: 'I' | 'U' | 'D';
  readonly key: Readonly<Record<string, string>>;
  /** The whole row as it is then, or a document as JSON under that name; null for one that is gone. */
  readonly after: Readonly<Record<string, string | null>> | null;
};

const FEED_FILE = /^CHANGE\.\d{6}\.json$/;

/** A place where the feed does not go on as it must: nothing behind it is applied [MIGRATION 4, D28]. */
export class FeedGap extends Trouble {}

/**
 * Whole transactions of the feed in a folder, in their order, from the one behind `after` on. What was there before is
 * dropped; a transaction whose end is not there yet waits. Throws `FeedGap` where a number is missing, and `Trouble`
 * for a feed of another export, or a number that says two things.
 */
export async function* readFeed(
  folder: string,
  {
    exportId,
    publicKeyPem,
    after,
  }: { readonly exportId: string; readonly publicKeyPem: string; readonly after: number },
): AsyncGenerator<readonly Change[]> {
  const names = await feedFiles(folder);
  const seen = new Map<number, string>();
  let open: Change[] = [];
  let last = after;
  for (const name of names) {
    for await (const { change, text } of changesIn(folder, name, { exportId, publicKeyPem })) {
      const before = seen.get(change.seq);
      if (before !== undefined && before !== text) {
        throw refused(name, null, `change ${change.seq} says two things`);
      }
      if (change.seq <= last) continue;
      if (change.seq !== last + 1) {
        throw new FeedGap(
          `${name}: change ${change.seq} follows ${last}, so that ${last + 1} is missing`,
          'have the part of the feed written that is missing; nothing behind it was applied',
        );
      }
      seen.set(change.seq, text);
      last = change.seq;
      if (open[0] !== undefined && open[0].transaction !== change.transaction) {
        throw refused(
          name,
          null,
          `transaction ${open[0].transaction} is cut by change ${change.seq}`,
        );
      }
      open.push(change);
      if (!change.isLast) continue;
      yield open;
      open = [];
    }
  }
}

/** The signed descriptions of its segments, in their order. */
export async function feedFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => FEED_FILE.test(name)).toSorted();
}

export type Owner = { readonly exportId: string; readonly publicKeyPem: string };

/** The changes of one segment, as they stand there; throws `Trouble` when it is not what was signed, or of another export. */
export async function* changesIn(
  folder: string,
  name: string,
  { exportId, publicKeyPem }: Owner,
): AsyncGenerator<{ change: Change; text: string }> {
  const problems: string[] = [];
  const said = new JsonReader(await readSigned(join(folder, name), publicKeyPem), '', problems);
  const [owner, file, sha256] = ['exportId', 'file', 'sha256'].map((one) =>
    said.text(one, /./, 'a text'),
  );
  if (problems.length > 0) throw refused(name, null, problems.join('; '));
  if (owner !== exportId)
    throw refused(name, null, `it is of export ${owner}, and not of ${exportId}`);
  const path = join(folder, file ?? '');
  if (
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex') !== sha256
  ) {
    throw refused(file ?? name, null, 'its bytes are not those that were signed');
  }
  try {
    for await (const rows of readCsv(bytesOf(path))) {
      for (const row of rows) {
        if (row.row === 1) continue;
        yield { change: changeOf(row, file ?? name), text: row.fields.join('\n') };
      }
    }
  } catch (error) {
    if (error instanceof CsvFault) throw refused(file ?? name, error.row, error.message);
    throw error;
  }
}

function changeOf({ row, fields }: CsvRow, file: string): Change {
  const [seq, transaction, last, at, table, op, key, after] = fields;
  const isKnown = table != null && (isTable(table) || table === DOCUMENT);
  if (!/^\d{1,15}$/.test(seq ?? '') || transaction == null || !isKnown) {
    throw refused(file, row, 'it is no change of a table that is known');
  }
  if (op !== 'I' && op !== 'U' && op !== 'D')
    throw refused(file, row, `${String(op)} is no operation`);
  const isDocument = table === DOCUMENT && after != null;
  const whole = after == null ? null : textsIn(after, file, row);
  const values = isDocument ? { [DOCUMENT]: after } : whole;
  const keys = textsIn(key ?? '', file, row);
  const present = Object.fromEntries(
    Object.entries(keys).map(([name, value]) => [name, value ?? '']),
  );
  return {
    seq: Number(seq),
    transaction,
    isLast: last === 'Y',
    at: at ?? '',
    table,
    op,
    key: present,
    after: values,
  };
}

/** An object of texts. */
function textsIn(text: string, file: string, row: number): Record<string, string | null> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'latin1').toString());
  } catch {
    throw refused(file, row, 'a row in it is no JSON');
  }
  if (typeof value !== 'object' || value === null)
    throw refused(file, row, 'a row in it is no object');
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, one === null ? null : String(one)]),
  );
}
