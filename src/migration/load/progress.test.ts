import assert from 'node:assert/strict';
import { test } from 'node:test';

import { progressLine } from './progress.ts';

test('the progress of a load has how far it is, its rate and the time that is left, of what this run does', () => {
  const half = { parts: 2, ofParts: 4, ids: 600, written: 200 };
  assert.equal(
    progressLine(half, 1000, 10),
    'part 3 of 4: 600 of about 1000 ids, 20 a second, about 20 s left',
  );
  const nothing = { parts: 1, ofParts: 4, ids: 250, written: 0 };
  assert.equal(progressLine(nothing, 1000, 10), 'part 2 of 4: 250 of about 1000 ids, 0 a second');
  const end = { parts: 4, ofParts: 4, ids: 1004, written: 604 };
  assert.match(progressLine(end, 1000, 10), /^part 4 of 4: .* about 0 s left$/);
});
