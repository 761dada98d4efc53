import assert from 'node:assert/strict';
import { test } from 'node:test';

import { leftWords, paceOf, timeWords } from './pace.ts';

test('what is left is reckoned by what was done lately, and not where nothing was', () => {
  const half = paceOf({ done: 600, of: 1000 }, { moved: 100, seconds: 5 });
  assert.deepEqual(half, { done: 600, of: 1000, perSecond: 20, secondsLeft: 20 });
  assert.equal(leftWords(half), ', about 20 s left');
  for (const lately of [
    { moved: 0, seconds: 5 },
    { moved: 100, seconds: 0 },
  ]) {
    assert.equal(paceOf({ done: 600, of: 1000 }, lately).secondsLeft, null);
    assert.equal(leftWords(paceOf({ done: 600, of: 1000 }, lately)), '');
  }
  assert.equal(paceOf({ done: 1004, of: 1000 }, { moved: 0, seconds: 0 }).secondsLeft, 0);
});

test('a time is told as exactly as anybody can know it', () => {
  const words = [0.2, 119, 120, 3600, 7190, 7500, 100_000].map(timeWords);
  assert.deepEqual(words, [
    '1 s',
    '119 s',
    '2 min',
    '60 min',
    '2 h 0 min',
    '2 h 5 min',
    '27 h 47 min',
  ]);
});
