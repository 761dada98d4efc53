import { setTimeout as delay } from 'node:timers/promises';

import { carryOn } from './clock.ts';
import type { Database } from './database.ts';
import type { Log, LogEntry } from './log.ts';
import { sql } from './sql.ts';

type Parts = {
  readonly database: Database;
  readonly log: Log;
  /** Breaks the wait for a clock that is right off. */
  readonly stopping?: AbortSignal | undefined;
};

const APART_MAX_MS = 30_000; // half of what tokens are given [RELIABILITY F13, 7.4]
const LOOK_EVERY_MS = 1_000;

/**
 * Resolves once the machine's clock and that of the database agree: with one of them wrong, and nobody to say which, a
 * process must not judge tokens and dates. A clock that is set wrong later changes nothing: the time that was right is
 * carried on until both agree again [RELIABILITY F13]. The log says `clock-wrong`, and `clock-right`.
 */
export async function watchClock({ database, log, stopping }: Parts): Promise<() => void> {
  let wasRight = true;
  let isOver = false;
  const look = async (): Promise<boolean> => {
    const apartMs = await apartOf(database);
    const isRight = Math.abs(apartMs) <= APART_MAX_MS;
    if (isRight && !isOver) carryOn(true);
    if (isRight !== wasRight) log(entryOf(apartMs, isRight));
    wasRight = isRight;
    return isRight;
  };
  while (!(await look())) await delay(LOOK_EVERY_MS, undefined, { signal: stopping });
  const timer = setInterval(() => {
    // With the database away the time is carried on.
    look().then(undefined, () => undefined);
  }, LOOK_EVERY_MS).unref();
  return () => {
    isOver = true;
    clearInterval(timer);
    carryOn(false);
  };
}

/** How far the machine's clock is ahead of the database's, at least: the question takes its time. */
async function apartOf(database: Database): Promise<number> {
  const since = performance.now();
  const [row] = await database.all<{ at: Date }>(sql`select clock_timestamp() as at`);
  const aheadMs = Date.now() - (row?.at.getTime() ?? 0);
  return aheadMs < 0 ? aheadMs : Math.max(0, aheadMs - (performance.now() - since));
}

function entryOf(apartMs: number, isRight: boolean): LogEntry {
  const seconds = Math.round(Math.abs(apartMs) / 1_000);
  const outcome = `${seconds} s ${apartMs < 0 ? 'behind' : 'ahead of'} the database's`;
  return { event: isRight ? 'clock-right' : 'clock-wrong', outcome };
}
