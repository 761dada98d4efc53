import { setTimeout as delay } from 'node:timers/promises';

import type { Database } from '../../platform/database.ts';
import type { Job } from '../../platform/jobs.ts';
import { forgetOld, takeShare } from './repository.ts';

/**
 * Counts per minute, of all processes together [RELIABILITY 7.4]. A process asks the database for a share of the
 * limit, a thirty-second, and for the next one when that is used up; the first share of a minute it has without
 * asking, so that who comes seldom costs nothing. With the database slow or away each process counts by itself. Who
 * is over their limit waits; nobody else does.
 */
export type Limiter = {
  /** Whether one more of this key is within its limit; a promise only where the database is asked. */
  readonly take: (key: string, perMinute: number) => boolean | Promise<boolean>;
};

const MINUTE_MS = 60_000;
const SHARES = 32;
const ASK_WITHIN_MS = 1_000; // longer than a busy database takes; it is waited for once, then not for a while
const ALONE_MS = 5_000; // after no answer: not every request waits for the next one
const REFUSED_MS = 250; // a flood asks the database four times a second, not each time
const KEYS_MAX = 50_000;

/** Of one key in one minute, in this process. */
type Count = {
  used: number;
  /** What it may use without asking. */
  allowed: number;
  /** What the database knows of. */
  told: number;
  /** Used in the minute before. */
  readonly before: number;
  refusedUntil: number;
  asking: Promise<void> | null;
};

type LimiterOptions = { readonly now?: () => number; readonly askWithinMs?: number };

export function openLimiter(
  database: Database,
  { now = Date.now, askWithinMs = ASK_WITHIN_MS }: LimiterOptions = {},
): Limiter {
  const counts = openCounts();
  let aloneUntil = 0;

  const take: Limiter['take'] = (key, perMinute) => {
    const at = now();
    const count = counts.of(key, perMinute, at);
    const left = count.before * (1 - elapsedOf(at)) + count.used;
    const isAlone = at < aloneUntil;
    if (count.used < count.allowed || (isAlone && left < perMinute)) {
      count.used += 1;
      return true;
    }
    if (isAlone || at < count.refusedUntil) return false;
    return askFirst(key, perMinute, count);
  };
  /** Those who come while the database is being asked wait for the same answer. */
  const askFirst = async (key: string, perMinute: number, count: Count): Promise<boolean> => {
    count.asking ??= ask(key, perMinute, count).finally(() => {
      count.asking = null;
    });
    await count.asking;
    return take(key, perMinute);
  };
  const ask = async (key: string, perMinute: number, count: Count): Promise<void> => {
    const answer = await askForShare(database, { key, perMinute, count, at: now(), askWithinMs });
    if (answer === 'none') aloneUntil = now() + ALONE_MS;
    if (answer === 'refused') count.refusedUntil = now() + REFUSED_MS;
  };
  return { take };
}

type Asked = {
  readonly key: string;
  readonly perMinute: number;
  readonly count: Count;
  readonly at: number;
  readonly askWithinMs: number;
};

/** Takes the next share, and tells what was used without asking; `none`: there is no answer. */
async function askForShare(
  database: Database,
  { key, perMinute, count, at, askWithinMs }: Asked,
): Promise<'taken' | 'refused' | 'none'> {
  const had = Math.max(count.used, count.allowed);
  // Near the limit a whole share is too much, and there may be one left.
  for (const share of new Set([Math.max(1, shareOf(perMinute)), 1])) {
    const amount = had + share - count.told;
    const wanted = { key, perMinute, minute: minuteOf(at), elapsed: elapsedOf(at), amount };
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

/** This minute's and those of the one before; of more keys than fit, the others are not counted. */
function openCounts() {
  let minute = 0;
  let counts = new Map<string, Count>();
  let before = new Map<string, Count>();
  return {
    of: (key: string, perMinute: number, at: number): Count => {
      const current = minuteOf(at);
      if (current !== minute) {
        before = current === minute + 1 ? counts : new Map<string, Count>();
        counts = new Map();
        minute = current;
      }
      const known = counts.get(key);
      if (known !== undefined) return known;
      const hasRoom = counts.size < KEYS_MAX;
      const count = {
        used: 0,
        allowed: hasRoom ? shareOf(perMinute) : 1,
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

function minuteOf(at: number): number {
  return Math.floor(at / MINUTE_MS);
}

/** The part of the minute that is over. */
function elapsedOf(at: number): number {
  return (at % MINUTE_MS) / MINUTE_MS;
}

/** None of a small limit: then each is asked for. */
function shareOf(perMinute: number): number {
  return Math.floor(perMinute / SHARES);
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

/** Forgets the counts of minutes that are over. */
export function rateJob(database: Database): Job {
  return {
    name: 'rates',
    everyMs: 300_000,
    hasWork: () => Promise.resolve(true),
    run: () => forgetOld(database, minuteOf(Date.now())),
  };
}
