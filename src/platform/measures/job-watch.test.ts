import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openJobWatch } from './job-watch.ts';

test('a job is in trouble when its turn does not come, or fails twice running', () => {
  let now = 0;
  const watch = openJobWatch(() => now);
  assert.deepEqual(watch.troubled(), []);
  const due = { name: 'due', everyMs: 1_000 };
  const nightly = { name: 'nightly', everyMs: 3_600_000 };
  for (const job of [due, nightly]) watch.onTurn(job, { outcome: 'nothing' });
  now = 30_000;
  assert.deepEqual(watch.troubled(), []);
  now = 30_001;
  assert.deepEqual(watch.troubled(), ['due']);
  watch.onTurn(due, { outcome: 'failed' });
  assert.deepEqual(watch.troubled(), []);
  watch.onTurn(due, { outcome: 'failed' });
  assert.deepEqual(watch.troubled(), ['due']);
  watch.onTurn(due, { outcome: 'elsewhere' });
  assert.deepEqual(watch.troubled(), []);
  now = 3 * 3_600_000;
  assert.deepEqual(watch.troubled(), ['due']);
  now += 1;
  assert.deepEqual(watch.troubled(), ['due', 'nightly']);
});
