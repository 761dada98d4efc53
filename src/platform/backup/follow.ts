import { setTimeout as delay } from 'node:timers/promises';

import { type Base, bases, dropBase, type Kind, logStartOf, takeBase } from './base.ts';
import { copyLog, dropLogBefore, logEnd } from './log.ts';
import { goesOnAt, parsePosition, type Position, segmentName, segmentStart } from './positions.ts';
import type { RecordMark } from './record.ts';
import { openSource, type Source } from './source.ts';
import type { Store } from './store.ts';
import { messageOf, Trouble } from '../trouble.ts';

export type BackupOptions = {
  readonly url: string;
  readonly store: Store;
  readonly kind: Kind;
  readonly mark: () => Promise<RecordMark>;
};

const RUN_SLOT = 'openspine_backup_once';
/** Patroni is told not to remove it. */
export const FOLLOW_SLOT = 'openspine_backup';

/** A base backup and the log up to its end, and before it the log since the last time if the server still has it. */
export async function backUp({ url, store, kind, mark }: BackupOptions): Promise<Base> {
  const source = await openSource(url);
  try {
    const since = await continued(source, store);
    await source.hold(RUN_SLOT, true);
    const base = await takeBase(source, store, { kind, mark });
    await copyLog(source, store, since ?? logStartOf(base));
    return base;
  } finally {
    await source.close();
  }
}

/** Where the log that the store has goes on, if the server still has what comes then; else null. */
async function continued(source: Source, store: Store): Promise<Position | null> {
  const end = await logEnd(store);
  if (end === null) return null;
  if (end.system !== source.facts.system) {
    throw new Trouble(
      `${store.folder} has the backups of another database`,
      'name another folder with --into: each database has its own',
    );
  }
  const segments = await source.segments();
  const position = goesOnAt(segments, end.timeline, parsePosition(end.position));
  const name = segmentName(segments, position);
  return (await source.hasSegment(name)) ? position : null;
}

export type FollowOptions = BackupOptions & {
  /** A base backup is taken when the newest is older. */
  readonly baseEveryHours: number;
  /** Any second of so many days can be restored. */
  readonly keepDays: number;
  readonly stopping: AbortSignal;
  readonly say: (line: string) => void;
  /** Tells how the backups are; every ten seconds. */
  readonly tell?: () => Promise<void>;
};

const LOOK_MS = 1_000;
const AGAIN_MS = 2_000;
const TELL_MS = 10_000;
const HOUR_MS = 3_600_000;

/** Keeps copying the log, and takes base backups, until it is told to stop; waits for a server that is away. */
export async function follow(options: FollowOptions): Promise<void> {
  const { stopping, say } = options;
  let last = '';
  while (!stopping.aborted) {
    try {
      await followOne(options);
    } catch (error) {
      if (stopping.aborted) return;
      const words = messageOf(error);
      if (words !== last) say(`${words}; trying again every ${AGAIN_MS / 1000} s`);
      last = words;
      await pause(AGAIN_MS, stopping);
    }
  }
}

/** As long as the connection lasts: it ends when another datacentre takes the writes. */
async function followOne(options: FollowOptions): Promise<void> {
  const { url, store, stopping, baseEveryHours, keepDays, say, tell } = options;
  const source = await openSource(url);
  try {
    await source.hold(FOLLOW_SLOT, false);
    const since = await continued(source, store);
    const segments = await source.segments();
    let position = since ?? segmentStart(segments, (await source.now()).position);
    let dueAt = since === null ? 0 : await nextBaseAt(store, baseEveryHours);
    let taking: Promise<void> | null = null;
    let failure: unknown = null;
    let toldAt = Number.NEGATIVE_INFINITY;
    while (!stopping.aborted) {
      position = await copyLog(source, store, position);
      await source.release(FOLLOW_SLOT, segmentStart(segments, position));
      if (failure !== null) throw failure;
      if (performance.now() - toldAt >= TELL_MS) {
        await tell?.();
        toldAt = performance.now();
      }
      if (taking === null && Date.now() >= dueAt) {
        taking = takeAnother(options).then(
          (base) => {
            say(`base backup ${base.id} taken`);
            dueAt = Date.parse(base.startedAt) + baseEveryHours * HOUR_MS;
            taking = null;
          },
          (error: unknown) => {
            failure = error;
          },
        );
      }
      await pause(LOOK_MS, stopping);
    }
    await taking;
    await copyLog(source, store, position);
    await prune(store, new Date(Date.now() - keepDays * 24 * HOUR_MS));
  } finally {
    await source.close();
  }
}

/** Beside the log, on a connection of its own. */
async function takeAnother(options: FollowOptions): Promise<Base> {
  const { url, store, keepDays } = options;
  const source = await openSource(url);
  try {
    const base = await takeBase(source, store, options);
    await prune(store, new Date(Date.now() - keepDays * 24 * HOUR_MS));
    return base;
  } finally {
    await source.close();
  }
}

async function nextBaseAt(store: Store, everyHours: number): Promise<number> {
  const newest = (await bases(store)).at(-1);
  return newest === undefined ? 0 : Date.parse(newest.startedAt) + everyHours * HOUR_MS;
}

/** Keeps what is needed for any second since an instant: the last base backup before it, and all that came after. */
export async function prune(store: Store, since: Date): Promise<void> {
  const all = await bases(store);
  const first = all.findLastIndex(({ endedAt }) => Date.parse(endedAt) <= since.getTime());
  for (const base of all.slice(0, Math.max(0, first))) await dropBase(store, base);
  const oldest = all[Math.max(0, first)];
  if (oldest !== undefined) await dropLogBefore(store, oldest.firstSegment);
}

async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stopping }).then(undefined, () => undefined);
}
