import { createHash } from 'node:crypto';

import { canonicalJson, type Json } from '../canonical.ts';
import { JsonReader } from '../../kernel/json-reader.ts';
import { Trouble } from '../../platform/trouble.ts';
import { readSigned } from '../signed-file.ts';

export const MANIFEST = 'manifest.json';

/** How the clock of a column was read: `london-local` says the doubled hour of October twice [MIGRATION 4, D14]. */
export type TimeBasis = 'utc' | 'london-local';

export type DumpFile = {
  readonly name: string;
  /** `PAYLOAD` for the messages' bytes. */
  readonly table: string;
  readonly part: number;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
};

/** What an export says of itself [MIGRATION 2.2]. */
export type Manifest = {
  readonly format: 'LX-1' | 'LX-2';
  readonly version: string;
  readonly source: string;
  readonly exportId: string;
  readonly operator: string;
  readonly started: string;
  readonly ended: string;
  /** Rows are as of some moment between the two; right only with the changes from the first on. */
  readonly startChgSeq: number;
  readonly endChgSeq: number;
  /** By `TABLE.COLUMN`; one that is not here is `utc`. */
  readonly timeBasis: Readonly<Record<string, TimeBasis>>;
  readonly files: readonly DumpFile[];
  readonly tables: Readonly<Record<string, { readonly rows: number }>>;
  /** Issues by `TREATMENT/STATUS`, NOM_RELEASE and CANCELLATION by `TABLE/STATE`. */
  readonly statusCounts: Readonly<Record<string, number>>;
};

/** Reads and checks it against the key that the plan pins; throws `Trouble`. */
export async function readManifest(folder: string, publicKeyPem: string): Promise<Manifest> {
  const value = await readSigned(`${folder}/${MANIFEST}`, publicKeyPem);
  const problems: string[] = [];
  const manifest = manifestOf(value, problems);
  if (problems.length === 0) return manifest;
  throw new Trouble(
    `${folder}/${MANIFEST}: ${problems.join('; ')}`,
    'the export must be made again by a version that this one knows',
  );
}

const ANY = /./;
const COUNT = /^\d{1,15}$/;

function manifestOf(value: unknown, problems: string[]): Manifest {
  const from = new JsonReader(value, '', problems);
  const count = (name: string): number => Number(from.text(name, COUNT_SHAPE, 'a whole number'));
  return {
    format: from.one('format', ['LX-1', 'LX-2'], 'LX-1'),
    version: from.text('version', /^1\.\d+\.\d+$/, 'a version that begins with 1'),
    source: from.text('source', ANY, 'a text'),
    exportId: from.text('exportId', /^[0-9a-f-]{36}$/, 'a GUID'),
    operator: from.text('operator', ANY, 'a text'),
    started: from.text('started', ANY, 'a time'),
    ended: from.text('ended', ANY, 'a time'),
    startChgSeq: count('startChgSeq'),
    endChgSeq: count('endChgSeq'),
    timeBasis: basesOf(from.value('timeBasis')),
    files: from.each('files', (file) => ({
      name: file.text('name', FILE_NAME, 'a name without a folder'),
      table: file.text('table', ANY, 'a table'),
      part: Number(file.text('part', COUNT_SHAPE, 'a number')),
      rows: Number(file.text('rows', COUNT_SHAPE, 'a number')),
      bytes: Number(file.text('bytes', COUNT_SHAPE, 'a number')),
      sha256: file.text('sha256', /^[0-9a-f]{64}$/, 'a SHA-256'),
    })),
    tables: countsOf(from.value('tables'), (one) => ({ rows: Number(one) })),
    statusCounts: countsOf(from.value('statusCounts'), Number),
  };
}

/** Numbers are written as text, so that none is larger than JSON carries. */
const COUNT_SHAPE = COUNT;
const FILE_NAME = /^[A-Za-z0-9_.-]+$/;

function basesOf(value: unknown): Record<string, TimeBasis> {
  return countsOf(value, (one) => (one === 'london-local' ? one : 'utc'));
}

function countsOf<Value>(value: unknown, read: (one: string) => Value): Record<string, Value> {
  const all: [string, unknown][] =
    typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(all.map(([name, one]) => [name, read(String(one))]));
}

/** As it is written and signed. */
export function manifestJson(manifest: Manifest): Json {
  return {
    ...manifest,
    startChgSeq: String(manifest.startChgSeq),
    endChgSeq: String(manifest.endChgSeq),
    files: manifest.files.map((file) => ({
      ...file,
      part: String(file.part),
      rows: String(file.rows),
      bytes: String(file.bytes),
    })),
    tables: Object.fromEntries(
      Object.entries(manifest.tables).map(([table, { rows }]) => [table, String(rows)]),
    ),
    statusCounts: Object.fromEntries(
      Object.entries(manifest.statusCounts).map(([name, count]) => [name, String(count)]),
    ),
  };
}

/** SHA-256 of the manifest as it is signed: what a store, a plan and a report are of. */
export function manifestDigest(manifest: Manifest): Buffer {
  return createHash('sha256')
    .update(canonicalJson(manifestJson(manifest)))
    .digest();
}
