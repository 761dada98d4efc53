// Shows: Datacentres | a process whose clock and its database's are more than half a minute apart does not serve; one that is set while it runs changes nothing
import assert from 'node:assert/strict';
import { afterEach, describe, mock, test } from 'node:test';

import { testDatabase } from '../../test/support/database.ts';
import { until } from '../../test/support/until.ts';
import { REAL_CLOCK } from './clock.ts';
import { watchClock } from './clock-watch.ts';
import type { LogEntry } from './log.ts';

const database = testDatabase();
const realNow = Date.now;
const HOUR_MS = 3_600_000;
let closers: (() => void)[] = [];

/** The machine's clock shows another time. */
function set(aheadMs: number): void {
  mock.restoreAll();
  mock.method(Date, 'now', () => realNow() + aheadMs);
}

const errorMs = (): number => Math.abs(REAL_CLOCK.securityNow().getTime() - realNow());

async function watched(log: LogEntry[], stopping?: AbortSignal): Promise<void> {
  const parts = { database: database().database, stopping };
  closers.push(await watchClock({ ...parts, log: (entry) => log.push(entry) }));
}

afterEach(() => {
  mock.restoreAll();
  for (const close of closers) close();
  closers = [];
});

describe('the clock of a process', () => {
  for (const [words, aheadMs, said] of [
    ['an hour ahead of', HOUR_MS, /^(3600|3599) s ahead of/],
    ['an hour behind', -HOUR_MS, /^(3600|3601) s behind/],
  ] as const) {
    test(`is waited for at the start while it is ${words} that of the database`, async () => {
      set(aheadMs);
      const log: LogEntry[] = [];
      let isServing = false;
      const starting = watched(log).then(() => (isServing = true));
      await until('the log says so', () => log.length > 0);
      assert.match(log[0]?.outcome ?? '', said);
      assert.equal(isServing, false);
      mock.restoreAll();
      await starting;
      assert.deepEqual(
        log.map(({ event }) => event),
        ['clock-wrong', 'clock-right'],
      );
      assert.ok(errorMs() < 1_000);
    });
  }

  test('may be set while the process serves: the time that was right is carried on', async () => {
    const log: LogEntry[] = [];
    await watched(log);
    for (const aheadMs of [HOUR_MS, -24 * HOUR_MS]) {
      const told = log.length;
      set(aheadMs);
      assert.ok(errorMs() < 1_000, 'at once');
      await until('the log says so', () => log.length > told);
      assert.equal(log.at(-1)?.event, 'clock-wrong');
      assert.ok(errorMs() < 1_000, 'and later');
      mock.restoreAll();
      await until('the log says so', () => log.length > told + 1);
      assert.equal(log.at(-1)?.event, 'clock-right');
    }
  });

  test('is followed where it and the database agree, and believed when nobody looks any more', async () => {
    await watched([]);
    set(20_000);
    await until('it is followed', () => errorMs() > 19_000);
    for (const close of closers) close();
    mock.restoreAll();
    assert.ok(errorMs() < 1_000);
  });

  test('is not waited for when the process is told to end', async () => {
    set(HOUR_MS);
    const stopping = new AbortController();
    const log: LogEntry[] = [];
    const starting = watched(log, stopping.signal);
    await until('the log says so', () => log.length > 0);
    stopping.abort();
    await assert.rejects(starting, { name: 'AbortError' });
  });
});
