import { setTimeout as delay } from 'node:timers/promises';

import { REAL_CLOCK } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { Job } from '../../platform/jobs.ts';
import { forgetOld, takeShare } from './repository.ts';

/**
 * Counts per minute and per second, of all processes together [RELIABILITY 7.4]. A process asks the database for a
 * share of the limit, a thirty-second, and for the next one when that is used up; the first share of a period it has
 * without asking, so that who comes seldom costs nothing. With the database slow or away each process counts by
 * itself. Who is over their limit waits; nobody else does.
 */
export type Limiter = {
  /** Whether one more of this key is within its limit of a minute; a promise only where the database is asked. */
  readonly take: Take;
  /** The same of a second. */
  readonly takeOfSecond: Take;
};

export type Take = (key: string, most: number) => boolean | Promise<boolean>;

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
const SHARES = 32;
const ASK_WITHIN_MS = 1_000; // longer than a busy database takes; it is waited for once, then not for a while
const ALONE_MS = 5_000; // after no answer: not every request waits for the next one
const REFUSED_MS = 250; // a flood asks the database four times a second, not each time
const KEYS_MAX = 50_000;

/** Of one key in one period, in this process. */
type Count = {
  used: number;
  /** What it may use without asking. */
  allowed: number;
  /** What the database knows of. */
  told: number;
  /** Used in the period before. */
  readonly before: number;
  refusedUntil: number;
  asking: Promise<void> | null;
};

type LimiterOptions = { readonly now?: () => number; readonly askWithinMs?: number };

export function openLimiter(database: Database, options: LimiterOptions = {}): Limiter {
  return {
    take: openTake(database, MINUTE_MS, options),
    takeOfSecond: openTake(database, SECOND_MS, options),
  };
}

function openTake(
  database: Database,
  periodMs: number,
  { now = () => REAL_CLOCK.now().getTime(), askWithinMs = ASK_WITHIN_MS }: LimiterOptions,
): Take {
  const counts = openCounts(periodMs);
  let aloneUntil = 0;

  const take: Take = (key, most) => {
    const at = now();
    const count = counts.of(key, most, at);
    const left = count.before * (1 - elapsedOf(at, periodMs)) + count.used;
    const isAlone = at < aloneUntil;
    if (count.used < count.allowed || (isAlone && left < most)) {
      count.used += 1;
      return true;
    }
    if (isAlone || at < count.refusedUntil) return false;
    return askFirst(key, most, count);
  };
  /** Those who come while the database is being asked wait for the same answer. */
  const askFirst = async (key: string, most: number, count: Count): Promise<boolean> => {
    count.asking ??= ask(key, most, count).finally(() => {
      count.asking = null;
    });
    await count.asking;
    return take(key, most);
  };
  const ask = async (key: string, most: number, count: Count): Promise<void> => {
    const asked = { key, most, periodMs, count, at: now(), askWithinMs };
    const answer = await askForShare(database, asked);
    if (answer === 'none') aloneUntil = now() + ALONE_MS;
    if (answer === 'refused') count.refusedUntil = now() + REFUSED_MS;
  };
  return take;
}

type Asked = {
  readonly key: string;
  readonly most: number;
  readonly periodMs: number;
  readonly count: Count;
  readonly at: number;
  readonly askWithinMs: number;
};

/** Takes the next share, and tells what was used without asking; `none`: there is no answer. */
async function askForShare(
  database: Database,
  { key, most, periodMs, count, at, askWithinMs }: Asked,
): Promise<'taken' | 'refused' | 'none'> {
  const had = Math.max(count.used, count.allowed);
  // Near the limit a whole share is too much, and there may be one left.
  for (const share of new Set([Math.max(1, shareOf(most)), 1])) {
    const amount = had + share - count.told;
    const when = { period: periodOf(at, periodMs), elapsed: elapsedOf(at, periodMs) };
    const wanted = { key, most, periodMs, ...when, amount };
    const isTaken = await soon(takeShare(database, wanted), askWithinMs);
    if (isTaken === null) return 'none';
    if (isTaken) {
      count.allowed = had + share;
      count.told = count.allowed;
      return 'taken';
    }
  }
  return 'refused';
}

/** This period's and those of the one before; of more keys than fit, the others are not counted. */
function openCounts(periodMs: number) {
  let period = 0;
  let counts = new Map<string, Count>();
  let before = new Map<string, Count>();
  return {
    of: (key: string, most: number, at: number): Count => {
      const current = periodOf(at, periodMs);
      if (current !== period) {
        before = current === period + 1 ? counts : new Map<string, Count>();
        counts = new Map();
        period = current;
      }
      const known = counts.get(key);
      if (known !== undefined) return known;
      const hasRoom = counts.size < KEYS_MAX;
      const count = {
        used: 0,
        allowed: hasRoom ? shareOf(most) : 1,
        told: 0,
        before: before.get(key)?.used ?? 0,
        refusedUntil: 0,
        asking: null,
      };
      if (hasRoom) counts.set(key, count);
      return count;
    },
  };
}

function periodOf(at: number, periodMs: number): number {
  return Math.floor(at / periodMs);
}

/** The part of the period that is over. */
function elapsedOf(at: number, periodMs: number): number {
  return (at % periodMs) / periodMs;
}

/** None of a small limit: then each is asked for. */
function shareOf(most: number): number {
  return Math.floor(most / SHARES);
}

/** Null when there is no answer in time, or the database is away or broken. */
async function soon<Answer>(asked: Promise<Answer>, withinMs: number): Promise<Answer | null> {
  const answered = new AbortController();
  const late = delay(withinMs, null, { signal: answered.signal }).then(
    () => null,
    () => null,
  );
  try {
    return await Promise.race([asked, late]);
  } catch {
    return null; // whatever is wrong with the count: nobody's request is
  } finally {
    answered.abort();
  }
}

/** Forgets the counts of periods that are over. */
export function rateJob(database: Database): Job {
  return {
    name: 'rates',
    everyMs: 300_000,
    hasWork: () => Promise.resolve(true),
    run: () => forgetOld(database, REAL_CLOCK.now().getTime()),
  };
}
