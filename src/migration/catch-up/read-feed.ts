import { hash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { JsonReader } from '../../kernel/json-reader.ts';
import { Trouble } from '../../platform/trouble.ts';
import { CsvFault, type CsvRow, readCsv } from '../lx1/csv.ts';
import { DOCUMENT, sha256Of } from '../lx1/open-dump.ts';
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
  /** The row that is gone, where the feed has it: its key need not say whose it was. */
  readonly gone: Readonly<Record<string, string | null>> | null;
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
  { after, ...owner }: Owner & { readonly after: number },
): AsyncGenerator<readonly Change[]> {
  const names = await feedFiles(folder);
  const said = new Said(folder, owner);
  let open: Change[] = [];
  let last = after;
  for (const name of names) {
    for await (const { change, digest } of changesIn(folder, name, owner)) {
      if (change.seq <= last) {
        if (change.seq > after && (await said.first(change.seq)) !== digest) {
          throw refused(name, null, `change ${change.seq} says two things`);
        }
        continue;
      }
      if (change.seq !== last + 1) {
        throw new FeedGap(
          `${name}: change ${change.seq} follows ${last}, so that ${last + 1} is missing`,
          'have the part of the feed written that is missing; nothing behind it was applied',
        );
      }
      said.add(name, change.seq, digest);
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

/**
 * What each change said when it first came. The digests of one segment are kept, and of one before it where a change of
 * that comes again: memory does not grow with the feed.
 */
class Said {
  readonly #folder: string;
  readonly #owner: Owner;
  /** Segments by the last change that came first in each, in their order. */
  readonly #segments: { readonly name: string; last: number }[] = [];
  #now = new Map<number, string>();
  #before: { readonly name: string; readonly digests: Map<number, string> } | null = null;

  constructor(folder: string, owner: Owner) {
    this.#folder = folder;
    this.#owner = owner;
  }

  add(name: string, seq: number, digest: string): void {
    const segment = this.#segments.at(-1);
    if (segment?.name === name) segment.last = seq;
    else {
      this.#segments.push({ name, last: seq });
      this.#now = new Map();
    }
    this.#now.set(seq, digest);
  }

  async first(seq: number): Promise<string | undefined> {
    const known = this.#now.get(seq);
    if (known !== undefined) return known;
    const name = this.#segments.find(({ last }) => last >= seq)?.name ?? '';
    if (this.#before?.name !== name) {
      const digests = new Map<number, string>();
      for await (const { change, digest } of changesIn(this.#folder, name, this.#owner)) {
        if (!digests.has(change.seq)) digests.set(change.seq, digest);
      }
      this.#before = { name, digests };
    }
    return this.#before.digests.get(seq);
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
): AsyncGenerator<{ change: Change; digest: string }> {
  const problems: string[] = [];
  const said = new JsonReader(await readSigned(join(folder, name), publicKeyPem), '', problems);
  const [owner, file, sha256] = ['exportId', 'file', 'sha256'].map((one) =>
    said.text(one, /./, 'a text'),
  );
  if (problems.length > 0) throw refused(name, null, problems.join('; '));
  if (owner !== exportId)
    throw refused(name, null, `it is of export ${owner}, and not of ${exportId}`);
  const path = join(folder, file ?? '');
  if ((await sha256Of(path)) !== sha256) {
    throw refused(file ?? name, null, 'its bytes are not those that were signed');
  }
  try {
    for await (const rows of readCsv(bytesOf(path))) {
      for (const row of rows) {
        if (row.row === 1) continue;
        const digest = hash('sha256', JSON.stringify(row.fields), 'base64');
        yield { change: changeOf(row, file ?? name), digest };
      }
    }
  } catch (error) {
    if (error instanceof CsvFault) throw refused(file ?? name, error.row, error.message);
    throw error;
  }
}

function changeOf({ row, fields }: CsvRow, file: string): Change {
  const [seq, transaction, last, at, table, op, key, after, before] = fields;
  const isKnown = table != null && (isTable(table) || table === DOCUMENT);
  if (!/^\d{1,15}$/.test(seq ?? '') || transaction == null || !isKnown) {
    throw refused(file, row, 'it is no change of a table that is known');
  }
  if (op !== 'I' && op !== 'U' && op !== 'D')
    throw refused(file, row, `${String(op)} is no operation`);
  if (!/^\d{14}$/.test(at ?? '')) throw refused(file, row, `${String(at)} is no time`);
  if ((op === 'D') !== (after == null)) {
    throw refused(file, row, op === 'D' ? 'a row that is gone is there' : 'its row is not there');
  }
  const isDocument = table === DOCUMENT;
  const whole = after == null ? null : textsIn(after, file, row);
  const values = isDocument && after != null ? { [DOCUMENT]: after } : whole;
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
    gone: op === 'D' && !isDocument && before != null ? textsIn(before, file, row) : null,
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
