import assert from 'node:assert/strict';
import { test } from 'node:test';

import { progressTo } from './progress.ts';

test('an import tells how far it is once a second, and which file it reads', () => {
  const told: string[] = [];
  let now = 0;
  const onProgress = progressTo(
    (line) => told.push(line),
    () => now,
  );
  const [first, second] = [{ name: 'epraccur.csv' }, { name: 'edispensary.csv' }];
  for (let n = 0; n <= 100; n += 1) {
    now = n * 25;
    onProgress(n < 70 ? first : second, { part: n / 100, rows: n * 1_000 });
  }
  assert.deepEqual(told, ['epraccur.csv: 40 %, 40000 rows', 'edispensary.csv: 80 %, 80000 rows']);
});
