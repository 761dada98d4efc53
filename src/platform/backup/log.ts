import {
  historyName,
  type Position,
  positionText,
  segmentName,
  segmentStart,
} from './positions.ts';
import type { Source } from './source.ts';
import type { Store } from './store.ts';

const FOLDER = 'log';

/** How far the log of a store goes. */
export type LogEnd = {
  readonly system: string;
  readonly timeline: number;
  readonly position: string;
  /** What was answered before is in it. */
  readonly at: string;
};

/**
 * Copies the log from a position to where it is now. A file that is whole is kept whole; of the one that
 * is written now, a piece each time, so that no more is lost with the server than what came since.
 */
export async function copyLog(source: Source, store: Store, since: Position): Promise<Position> {
  const { position: to, at } = await source.now();
  const segments = await source.segments();
  const size = BigInt(segments.sizeBytes);
  const isNewTimeline = (await logEnd(store))?.timeline !== segments.timeline;
  const from = isNewTimeline ? segmentStart(segments, since) : since; // its files have other names
  if (segments.timeline > 1) {
    await keep(store, historyName(segments.timeline), source.historyOf(segments.timeline));
  }
  const starts = from < to ? startsBetween(segmentStart(segments, from), to, size) : [];
  for (const start of starts) {
    const name = segmentName(segments, start);
    const path = `pg_wal/${name}`;
    if (start + size <= to) {
      await store.write(`${FOLDER}/${name}`, source.read(path));
      await dropPieces(store, name);
    } else {
      const [first, last] = [from > start ? Number(from - start) : 0, Number(to - start)];
      await store.write(`${FOLDER}/${pieceName(name, first)}`, source.read(path, first, last));
    }
  }
  const end: LogEnd = {
    system: source.facts.system,
    timeline: segments.timeline,
    position: positionText(to),
    at: at.toISOString(),
  };
  if (from < to) store.flush();
  await store.note('log-end.json', end);
  return to;
}

function* startsBetween(first: Position, end: Position, size: bigint): Generator<Position> {
  for (let start = first; start < end; start += size) yield start;
}

async function keep(store: Store, name: string, content: Promise<Buffer>): Promise<void> {
  const bytes = await content;
  await store.write(`${FOLDER}/${name}`, chunks(bytes));
}

async function* chunks(bytes: Buffer): AsyncGenerator<Buffer, void> {
  yield bytes;
}

export async function logEnd(store: Store): Promise<LogEnd | null> {
  const noted = await store.noted('log-end.json');
  return isLogEnd(noted) ? noted : null;
}

function isLogEnd(value: unknown): value is LogEnd {
  return typeof value === 'object' && value !== null && 'position' in value && 'at' in value;
}

/** In order of their names, which is that of what they hold. */
function pieceName(name: string, from: number): string {
  return `${name}.${from.toString(16).padStart(8, '0')}`;
}

/** A file of the log, and of which files of the store it is made. */
export type KeptSegment = { readonly name: string; readonly parts: readonly string[] };

/** All of the log that a store has from a file on, whatever its timeline. */
export async function keptLog(store: Store, first: string): Promise<KeptSegment[]> {
  const files = await store.list(FOLDER);
  const place = (name: string): string => name.slice(8, 24); // without the timeline
  const names = new Set(
    files.map((file) => file.slice(0, 24)).filter((name) => SEGMENT.test(name)),
  );
  return [...names]
    .filter((name) => place(name) >= place(first))
    .toSorted()
    .map((name) => ({
      name,
      parts: (files.includes(name)
        ? [name]
        : files.filter((file) => file.startsWith(`${name}.`) && !file.endsWith('.new'))
      ).map((file) => `${FOLDER}/${file}`),
    }));
}

const SEGMENT = /^[0-9A-F]{24}$/;

export async function keptHistories(store: Store): Promise<string[]> {
  return (await store.list(FOLDER)).filter((file) => /^[0-9A-F]{8}\.history$/.test(file));
}

export function keptFile(name: string): string {
  return `${FOLDER}/${name}`;
}

/** Removes what no backup needs any more: all before a file of the log. */
export async function dropLogBefore(store: Store, first: string): Promise<void> {
  for (const file of await store.list(FOLDER)) {
    if (SEGMENT.test(file.slice(0, 24)) && file.slice(8, 24) < first.slice(8, 24)) {
      await store.remove(`${FOLDER}/${file}`);
    }
  }
}

async function dropPieces(store: Store, name: string): Promise<void> {
  for (const file of await store.list(FOLDER)) {
    if (file.startsWith(`${name}.`)) await store.remove(`${FOLDER}/${file}`);
  }
}
