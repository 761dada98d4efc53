import { createHash } from 'node:crypto';

import {
  parsePosition,
  type Position,
  positionText,
  segmentName,
  segmentStart,
} from './positions.ts';
import type { RecordMark } from './record.ts';
import type { ServerFacts, Source } from './source.ts';
import type { Store } from './store.ts';

/** How the database was kept, which is how it is put together again. */
export type Kind = 'one' | 'two' | 'external';

/** A base backup: what it is of, and every file of it. Nothing of what the files say. */
export type Base = ServerFacts & {
  readonly id: string;
  readonly kind: Kind;
  readonly startedAt: string;
  /** The first instant that it can be brought to. */
  readonly endedAt: string;
  /** The log from here on belongs to it, and without the log up to `until` it is of no use. */
  readonly from: string;
  readonly until: string;
  readonly firstSegment: string;
  /** In the order in which they stand one behind another in what is kept. */
  readonly files: readonly BaseFile[];
  readonly folders: readonly string[];
  /** The text of `backup_label`, without which PostgreSQL takes it for a database that crashed. */
  readonly label: string;
  /** What was in it when it was made, for whoever brings it back. */
  readonly mark: RecordMark;
};

/** What is known of a file, so that nobody takes another for it. */
export type BaseFile = {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
};

const MANIFEST = 'manifest.json';

/**
 * Takes a base backup; whoever asks for it keeps the log from its beginning on. One that was broken off has
 * no manifest, and counts for nothing.
 */
export async function takeBase(
  source: Source,
  store: Store,
  { kind, mark }: { readonly kind: Kind; readonly mark: () => Promise<RecordMark> },
): Promise<Base> {
  const startedAt = new Date().toISOString();
  const id = startedAt.replaceAll(/[-:]|\.\d+/g, '');
  const from = await source.beginBase(`openspine ${id}`);
  const marked = await mark();
  const { files, folders } = await source.listFiles();
  const kept: BaseFile[] = [];
  await store.write(filesOf(id), contents(source, files, kept));
  const { position, label } = await source.endBase();
  const segments = await source.segments();
  const base: Base = {
    ...source.facts,
    id,
    kind,
    startedAt,
    endedAt: (await source.now()).at.toISOString(),
    from: positionText(from),
    until: positionText(position),
    firstSegment: segmentName(segments, segmentStart(segments, from)),
    files: kept,
    folders,
    label,
    mark: marked,
  };
  store.flush();
  await store.note(`base/${id}/${MANIFEST}`, base);
  return base;
}

/** One file behind another; what each was is noted when it has passed. */
async function* contents(
  source: Source,
  paths: readonly string[],
  kept: BaseFile[],
): AsyncGenerator<Buffer, void> {
  for (const path of paths) {
    const digest = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of source.read(path)) {
      digest.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
    kept.push({ path, sizeBytes, sha256: digest.digest('hex') });
  }
}

export function sizeOf({ files }: Base): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** Where the log begins that a base backup needs. */
export function logStartOf({ from, segmentBytes }: Base): Position {
  const position = parsePosition(from);
  return position - (position % BigInt(segmentBytes));
}

/** All that are whole, from the oldest to the newest. */
export async function bases(store: Store): Promise<Base[]> {
  const found = await Promise.all(
    (await store.list('base')).map((id) => store.noted(`base/${id}/${MANIFEST}`)),
  );
  return found.filter(isBase);
}

function isBase(value: unknown): value is Base {
  return typeof value === 'object' && value !== null && 'firstSegment' in value && 'mark' in value;
}

export function filesOf(id: string): string {
  return `base/${id}/files`;
}

/** Removes it, its manifest first of all, so that nobody takes half of it for whole. */
export async function dropBase(store: Store, { id }: Base): Promise<void> {
  await store.remove(`base/${id}/${MANIFEST}`);
  await store.remove(`base/${id}`);
}
