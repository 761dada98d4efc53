import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

import { csvLine, type Field } from '../lx1/csv.ts';
import { writeSigned } from '../signed-file.ts';
import type { kept } from './damage.ts';

/** The columns of a change [MIGRATION 2.1]. */
const FEED_COLUMNS = 'CHG_SEQ TX_ID TX_LAST COMMIT_TS TABLE OP PK AFTER BEFORE'.split(' ');

/** A segment ends with the transaction that brings it over so many changes. */
const SEGMENT_CHANGES = 20_000;

/** A change without its place: its table, its key, and the row after it and before it; null where there is none. */
export type Told = {
  readonly table: string;
  readonly key: string;
  readonly after: string | null;
  readonly before: string | null;
};

/** Whose feed it is, and who signs it. */
export type FeedOf = { readonly exportId: string; readonly privateKeyPem: string };

/** A feed as it is written: signed segments, one after another, and the messages that came with it. */
export class FeedFile {
  readonly #folder: string;
  readonly #of: FeedOf;
  readonly #payload: WriteStream;
  #payloadBytes = 0;
  #lines: string[] = [];
  #segments = 0;
  #changes = 0;
  #transactions = 0;

  private constructor(folder: string, of: FeedOf) {
    this.#folder = folder;
    this.#of = of;
    this.#payload = createWriteStream(join(folder, PAYLOAD_NAME));
  }

  static async open(folder: string, of: FeedOf): Promise<FeedFile> {
    await mkdir(folder, { recursive: true });
    return new FeedFile(folder, of);
  }

  /** Adds a message; answers where it lies. */
  async message({ bytes, sha256 }: ReturnType<typeof kept>): Promise<{
    PAYLOAD_FILE: string;
    OFFSET: string;
    LENGTH: string;
    SHA256: string;
  }> {
    const place = { PAYLOAD_FILE: PAYLOAD_NAME, OFFSET: String(this.#payloadBytes) };
    this.#payloadBytes += bytes.length;
    if (!this.#payload.write(bytes)) await once(this.#payload, 'drain');
    return { ...place, LENGTH: String(bytes.length), SHA256: sha256 };
  }

  /** Adds a transaction, committed at `YYYYMMDDHHMMSS`. */
  async transaction(changes: readonly Told[], at: string): Promise<void> {
    this.#transactions += 1;
    for (const [index, { table, key, after, before }] of changes.entries()) {
      this.#changes += 1;
      const isLast = index === changes.length - 1 ? 'Y' : 'N';
      const op: Field = after === null ? 'D' : before === null ? 'I' : 'U';
      const place = [String(this.#changes), `T${this.#transactions}`, isLast, at];
      this.#lines.push(csvLine([...place, table, op, key, after, before]));
    }
    if (this.#lines.length >= SEGMENT_CHANGES) await this.#writeLines();
  }

  async #writeLines(): Promise<void> {
    this.#segments += 1;
    const text = csvLine(FEED_COLUMNS) + this.#lines.join('');
    const segment = { exportId: this.#of.exportId, number: this.#segments, text };
    this.#lines = [];
    await writeSegment(this.#folder, segment, this.#of.privateKeyPem);
  }

  /** Writes what is left; a feed without changes is one segment without any. */
  async close(): Promise<void> {
    if (this.#lines.length > 0 || this.#segments === 0) await this.#writeLines();
    this.#payload.end();
    await finished(this.#payload);
  }
}

const PAYLOAD_NAME = 'feed.000001.bin';

/** A segment of a feed with its signed description beside it. */
export async function writeSegment(
  folder: string,
  segment: { readonly exportId: string; readonly number: number; readonly text: string },
  privateKeyPem: string,
): Promise<void> {
  const name = `CHANGE.${String(segment.number).padStart(6, '0')}`;
  const bytes = Buffer.from(segment.text, 'latin1');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(folder, `${name}.csv`), bytes);
  const facts = { format: 'LX-1-feed', exportId: segment.exportId, file: `${name}.csv`, sha256 };
  await writeSigned(join(folder, `${name}.json`), facts, privateKeyPem);
}
