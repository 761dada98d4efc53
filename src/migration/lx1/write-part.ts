import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import type { Transform } from 'node:stream';

import { csvLine, type Field } from './csv.ts';
import type { DumpFile } from './manifest.ts';
import { PAYLOAD } from './open-dump.ts';
import { columnsOf, type TableName } from './tables.ts';

/** How the files of an export are packed. */
export type Packing = 'none' | 'gzip' | 'zstd';

const ENDING = { none: '', gzip: '.gz', zstd: '.zst' } as const;
const FLUSH_CHARACTERS = 262_144;

/** One file of a part: lines are gathered, packed, counted and hashed. */
export class PartFile {
  readonly #name: string;
  readonly #table: string;
  readonly #part: number;
  readonly #file: WriteStream;
  readonly #packer: Transform | null;
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;
  #rows = 0;
  #text = '';

  constructor(folder: string, table: TableName | 'DOCUMENT', part: number, packing: Packing) {
    this.#table = table;
    this.#part = part;
    const kind = table === 'DOCUMENT' ? 'ndjson' : 'csv';
    this.#name = `${table}.${String(part).padStart(4, '0')}.${kind}${ENDING[packing]}`;
    this.#file = createWriteStream(join(folder, this.#name));
    this.#packer = packerOf(packing);
    this.#packer?.on('data', (chunk: Buffer) => this.#out(chunk));
    if (table !== 'DOCUMENT') this.#text = csvLine(columnsOf(table).map(({ name }) => name));
  }

  async line(fields: readonly Field[]): Promise<void> {
    await this.text(csvLine(fields));
  }

  /** A row as it is; its characters are bytes where it has some beyond ASCII. */
  async text(line: string): Promise<void> {
    this.#rows += 1;
    this.#text += line;
    if (this.#text.length > FLUSH_CHARACTERS) await this.#flush();
  }

  async close(): Promise<DumpFile> {
    await this.#flush();
    if (this.#packer !== null) {
      this.#packer.end();
      await finished(this.#packer);
    }
    this.#file.end();
    await finished(this.#file);
    const facts = { rows: this.#rows, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
    return { name: this.#name, table: this.#table, part: this.#part, ...facts };
  }

  async #flush(): Promise<void> {
    const chunk = Buffer.from(this.#text, 'latin1');
    this.#text = '';
    if (this.#packer === null) this.#out(chunk);
    else if (!this.#packer.write(chunk)) await once(this.#packer, 'drain');
    if (this.#file.writableNeedDrain) await once(this.#file, 'drain');
  }

  #out(chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#hash.update(chunk);
    this.#file.write(chunk);
  }
}

function packerOf(packing: Packing): Transform | null {
  if (packing === 'gzip') return createGzip({ level: 1 });
  return packing === 'zstd'
    ? createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } })
    : null;
}

const LENGTH_BYTES = 8;

/** Messages one after another, each behind its length; an index row says where [MIGRATION 2.1]. */
export class PayloadFile {
  readonly name: string;
  readonly #part: number;
  readonly #file: WriteStream;
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;
  #entries = 0;

  constructor(folder: string, part: number) {
    this.#part = part;
    this.name = `payload.${String(part).padStart(4, '0')}.bin`;
    this.#file = createWriteStream(join(folder, this.name));
  }

  /** Answers where its bytes begin, behind their length. */
  async add(message: Buffer): Promise<number> {
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeBigUInt64BE(BigInt(message.length));
    const entry = Buffer.concat([length, message]);
    this.#hash.update(entry);
    if (!this.#file.write(entry)) await once(this.#file, 'drain');
    const offset = this.#bytes + LENGTH_BYTES;
    this.#bytes += entry.length;
    this.#entries += 1;
    return offset;
  }

  async close(): Promise<DumpFile> {
    this.#file.end();
    await finished(this.#file);
    const facts = { rows: this.#entries, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
    return { name: this.name, table: PAYLOAD, part: this.#part, ...facts };
  }
}
