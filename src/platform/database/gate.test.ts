// Shows: Datacentres | for how long the primary was not heard of decides whether its standby is read in its stead
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Gate } from './gate.ts';

test('a primary is away since it was last heard of, and not since somebody noticed', () => {
  const gate = new Gate();
  assert.equal(gate.awayMs(), null);
  const now = performance.now();
  gate.heardAt = now - 9_000;
  gate.awaySince = now - 6_000;
  assert.equal(Math.floor((gate.awayMs() ?? 0) / 1_000), 9);
});

test('who had asked nothing for long counts from a little before it was noticed', () => {
  const gate = new Gate();
  gate.awaySince = performance.now();
  assert.equal(Math.floor((gate.awayMs() ?? 0) / 1_000), 4);
});
