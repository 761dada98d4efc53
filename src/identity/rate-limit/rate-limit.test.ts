import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { openLimiter } from './index.ts';

describe('a limit of a minute', () => {
  test('is kept for each key by itself', () => {
    const limiter = openLimiter(() => 0);
    for (let n = 0; n < 5; n += 1) assert.ok(limiter.take('a', 5));
    assert.equal(limiter.take('a', 5), false);
    assert.ok(limiter.take('b', 5), 'the flood of one is not the silence of another');
  });

  test('is not doubled at the turn of a minute, and is over a minute later', () => {
    let now = 59_000;
    const limiter = openLimiter(() => now);
    for (let n = 0; n < 10; n += 1) limiter.take('a', 10);
    now = 61_000;
    assert.equal(limiter.take('a', 10), false);
    now = 90_000;
    const half = Array.from({ length: 10 }, () => limiter.take('a', 10)).filter(Boolean).length;
    assert.equal(half, 5);
    now = 240_000;
    assert.ok(limiter.take('a', 10));
  });
});
