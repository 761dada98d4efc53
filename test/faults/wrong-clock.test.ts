import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

import { wrongClock } from './wrong-clock.ts';

const DAY_MS = 86_400_000;

function saidWith(load: string): { now: number; made: number; of: string; isDate: boolean } {
  const words =
    'const made = new Date(); process.stdout.write(JSON.stringify({ now: Date.now(), made: made.getTime(), of: new Date(0).toISOString(), isDate: made instanceof Date }))';
  const { stdout } = spawnSync(process.execPath, [`--import=${load}`, '-e', words]);
  return JSON.parse(stdout.toString()) as ReturnType<typeof saidWith>;
}

test('a process with a wrong clock gets it by every way, and dates that are given stay', () => {
  const always = { fromMs: 0, untilMs: Number.POSITIVE_INFINITY };
  const { now, made, of, isDate } = saidWith(wrongClock(-DAY_MS, always));
  for (const ms of [now, made]) assert.ok(Math.abs(Date.now() - DAY_MS - ms) < 60_000);
  assert.deepEqual([of, isDate], ['1970-01-01T00:00:00.000Z', true]);
});

test('a clock that is wrong later, or was before, is right now', () => {
  for (const span of [
    { fromMs: 600_000, untilMs: 700_000 },
    { fromMs: 0, untilMs: 0 },
  ]) {
    const { now } = saidWith(wrongClock(DAY_MS, span));
    assert.ok(Math.abs(Date.now() - now) < 60_000);
  }
});
