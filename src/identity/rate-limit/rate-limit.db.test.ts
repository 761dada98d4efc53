import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import pg from 'pg';

import { createDatabase, testDatabase } from '../../../test/support/database.ts';
import { openDatabase } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { type Limiter, openLimiter, rateJob } from './index.ts';

// Shows: Sign-in | processes count together how often somebody asks, and nobody fails because the count is slow or away

const database = testDatabase();
const NOON = Date.parse('2026-11-24T12:00:00Z');
/** A machine with many tests on it answers late. */
const PATIENT = { now: () => NOON, askWithinMs: 30_000 };
let keys = 0;
const newKey = (): string => {
  keys += 1;
  return `key ${keys}`;
};

/** How many of so many are within the limit. */
async function passing(
  limiters: readonly Limiter[],
  key: string,
  { perMinute, asked }: { readonly perMinute: number; readonly asked: number },
): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: asked }, async (_, n) =>
      limiters[n % limiters.length]?.take(key, perMinute),
    ),
  );
  return answers.filter((isWithin) => isWithin === true).length;
}

describe('a limit of a minute', () => {
  test('is kept for each key by itself', async () => {
    const limiter = openLimiter(database().database, PATIENT);
    const [a, b] = [newKey(), newKey()];
    assert.equal(await passing([limiter], a, { perMinute: 5, asked: 9 }), 5);
    assert.equal(await limiter.take(a, 5), false);
    assert.ok(await limiter.take(b, 5), 'the flood of one is not the silence of another');
  });

  test('is not doubled at the turn of a minute, and is over a minute later', async () => {
    let now = NOON + 59_000;
    const limiter = openLimiter(database().database, { ...PATIENT, now: () => now });
    const key = newKey();
    const more = (asked: number) => passing([limiter], key, { perMinute: 10, asked });
    assert.equal(await more(12), 10);
    now = NOON + 61_000;
    assert.equal(await more(1), 0);
    now = NOON + 90_000;
    assert.equal(await more(10), 5);
    now = NOON + 240_000;
    assert.equal(await more(1), 1);
  });
});

describe('a limit of a second', () => {
  test('is kept by two processes together, and is over a second later', async () => {
    let now = NOON;
    const options = { ...PATIENT, now: () => now };
    const other = openDatabase({ url: database().url, connections: 2 });
    try {
      const limiters = [openLimiter(database().database, options), openLimiter(other, options)];
      const key = newKey();
      const asked = async (): Promise<number> => {
        const answers = await Promise.all(
          Array.from({ length: 20 }, async (_, n) => limiters[n % 2]?.takeOfSecond(key, 3)),
        );
        return answers.filter((isWithin) => isWithin === true).length;
      };
      assert.equal(await asked(), 3);
      now += 500;
      assert.equal(await asked(), 0);
      now += 1_500;
      assert.equal(await asked(), 3);
      assert.equal(await limiters[0]?.take(key, 1), true, 'a minute is counted apart');
    } finally {
      await other.close();
    }
  });
});

describe('two processes', () => {
  const two = async (work: (limiters: readonly [Limiter, Limiter]) => Promise<void>) => {
    const other = openDatabase({ url: database().url, connections: 2 });
    try {
      await work([openLimiter(database().database, PATIENT), openLimiter(other, PATIENT)]);
    } finally {
      await other.close();
    }
  };

  test('keep a small limit to the letter, however many come at once', () =>
    two(async (limiters) => {
      for (const perMinute of [1, 2, 7, 31]) {
        assert.equal(await passing(limiters, newKey(), { perMinute, asked: 80 }), perMinute);
      }
    }));

  test('keep a large one to a thirty-second each, and seldom ask', () =>
    two(async (limiters) => {
      const perMinute = 3_200;
      const share = perMinute / 32;
      const key = newKey();
      const [within, asks] = [
        [0, 0],
        [0, 0],
      ];
      for (let n = 0; n < 2 * perMinute; n += 1) {
        const site = n % 3 === 0 ? 0 : 1; // one is busier than the other
        const answer = limiters[site]?.take(key, perMinute) ?? false;
        if (typeof answer !== 'boolean') asks[site] = (asks[site] ?? 0) + 1;
        if (await answer) within[site] = (within[site] ?? 0) + 1;
      }
      const sum = within.reduce((one, other) => one + other);
      assert.ok(sum <= perMinute, `${sum} were let through`);
      assert.ok(sum >= perMinute - 2 * share, `${sum} were let through`);
      const asked = asks.reduce((one, other) => one + other);
      assert.ok(asked < 50, `the database was asked ${asked} times`);
    }));

  test('with clocks on both sides of a minute count together', async () => {
    const { database: db } = database();
    const ahead = openLimiter(db, { ...PATIENT, now: () => NOON + 300 });
    const behind = openLimiter(db, { ...PATIENT, now: () => NOON - 300 });
    const key = newKey();
    const many = { perMinute: 10, asked: 10 };
    assert.equal(await passing([ahead], key, many), 10);
    assert.equal(await passing([behind], key, many), 0);
  });
});

describe('the count', () => {
  test('that hangs holds nobody up: each process counts by itself', async () => {
    const blocker = new pg.Client({ connectionString: database().url });
    await blocker.connect();
    await blocker.query('begin');
    await blocker.query('lock table identity.rate in access exclusive mode');
    const key = newKey();
    const limiter = openLimiter(database().database, { now: () => NOON, askWithinMs: 200 });
    const began = performance.now();
    try {
      assert.equal(await passing([limiter], key, { perMinute: 10, asked: 40 }), 10);
      assert.equal(await limiter.take(key, 10), false);
    } finally {
      await blocker.query('rollback');
      await blocker.end();
    }
    const ms = performance.now() - began;
    assert.ok(ms < 10_000, `${ms} ms`);
  });

  test('that is away lets nobody fail', async () => {
    const own = await createDatabase();
    await own.drop();
    let now = NOON;
    const limiter = openLimiter(own.database, { now: () => now });
    assert.equal(await passing([limiter], 'a', { perMinute: 10, asked: 40 }), 10);
    now += 60_000 * 5;
    assert.equal(await passing([limiter], 'a', { perMinute: 10, asked: 40 }), 10);
  });

  test('of minutes that are over is forgotten', async () => {
    const { database: db } = database();
    const [old, current] = [newKey(), newKey()];
    const past = openLimiter(db, { ...PATIENT, now: () => Date.now() - 180_000 });
    await past.take(old, 1);
    await past.takeOfSecond(old, 1);
    await openLimiter(db, { askWithinMs: 30_000 }).take(current, 1);
    await rateJob(db).run(() => Promise.resolve(true));
    const kept = await db.all<{ key: string }>(sql`
      select key from identity.rate where key in (${old}, ${current})`);
    assert.deepEqual(kept, [{ key: current }]);
  });
});
