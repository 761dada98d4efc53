import { hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

import type { Dump } from '../lx1/open-dump.ts';
import type { Row } from '../lx1/tables.ts';

/** Reads messages out of the payload files of an export, byte by byte as they were received. */
export class Payloads {
  readonly #folder: string;
  readonly #names: ReadonlySet<string>;
  readonly #feed: string | null;
  readonly #open = new Map<string, number>();
  #ahead: Ahead = { name: '', from: 0, bytes: NO_BYTES };

  /** `feed`: where the messages lie that came after the export. */
  constructor({ folder, manifest }: Dump, feed: string | null = null) {
    this.#folder = folder;
    this.#feed = feed;
    this.#names = new Set(manifest.files.map(({ name }) => name));
  }

  /** Its bytes, and whether they are what the row says; those of a message that is not there are none. */
  read(row: Row<'MESSAGE'>): { readonly bytes: Buffer; readonly isWhole: boolean } {
    const bytes = this.#bytes(row);
    return { bytes, isWhole: hash('sha256', bytes, 'hex') === row.SHA256 };
  }

  #bytes({ PAYLOAD_FILE: name, OFFSET, LENGTH }: Row<'MESSAGE'>): Buffer {
    const [offset, length] = [Number(OFFSET), Number(LENGTH)];
    const isPlace = Number.isSafeInteger(offset) && length >= 0 && length <= MESSAGE_MAX_BYTES;
    const isOfFeed = this.#feed !== null && FEED_PAYLOAD.test(name);
    if (!isPlace || !(this.#names.has(name) || isOfFeed)) return NO_BYTES;
    const known = within(this.#ahead, { name, offset, length });
    if (known !== null) return known;
    const wanted = Math.max(length, this.#next(name, offset));
    const bytes = Buffer.allocUnsafe(wanted);
    const read = readSync(this.#file(name), bytes, 0, wanted, offset);
    this.#ahead = { name, from: offset, bytes: bytes.subarray(0, read) };
    return within(this.#ahead, { name, offset, length }) ?? NO_BYTES;
  }

  /**
   * How much is read where one message follows another, as those of an export do: each time twice as much. Of a few ids
   * nothing else is read.
   */
  #next(name: string, offset: number): number {
    const { name: before, from, bytes: last } = this.#ahead;
    const gap = offset - from - last.length;
    const isNext = name === before && offset >= from && gap <= GAP_MAX_BYTES;
    return isNext ? Math.min(2 * last.length, AHEAD_MAX_BYTES) : 0;
  }

  #file(name: string): number {
    const known = this.#open.get(name) ?? openSync(this.#pathOf(name), 'r');
    this.#open.set(name, known);
    return known;
  }

  #pathOf(name: string): string {
    const isOfFeed = this.#feed !== null && FEED_PAYLOAD.test(name);
    return join(isOfFeed ? (this.#feed ?? '') : this.#folder, name);
  }

  close(): void {
    for (const file of this.#open.values()) closeSync(file);
    this.#open.clear();
  }
}

/** A stretch of a file that was read. */
type Ahead = { readonly name: string; readonly from: number; readonly bytes: Buffer };

const NO_BYTES = Buffer.alloc(0);
const AHEAD_MAX_BYTES = 262_144;
const GAP_MAX_BYTES = 64; // between two messages stands the length of the second

/** The bytes of a message where all of them are in a stretch. */
function within(
  { name, from, bytes }: Ahead,
  wanted: { readonly name: string; readonly offset: number; readonly length: number },
): Buffer | null {
  const at = wanted.offset - from;
  if (name !== wanted.name || at < 0 || at + wanted.length > bytes.length) return null;
  return bytes.subarray(at, at + wanted.length);
}

const FEED_PAYLOAD = /^feed\.\d{6}\.bin$/;
/** Larger ones are no messages [RELIABILITY 7.2]. */
export const MESSAGE_MAX_BYTES = 5_242_880;
