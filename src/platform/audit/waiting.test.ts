import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { isWaitedFor, nextWaiting, type Waiting } from './waiting.ts';

const AT = '2026-11-29T10:00:00.000Z';

test('whatever comes late is waited for until it has come, and nothing else is', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 })), fc.nat(), (ids, cut) => {
      // Some are there when the first seal is made, the others come late.
      const inTime = ids.slice(0, cut % (ids.length + 1)).toSorted((one, other) => one - other);
      const lastId = inTime.at(-1) ?? 0;
      const late = ids.filter((id) => id < lastId && !inTime.includes(id));
      const first = nextWaiting([], { lastId: 0, ids: inTime, late: [], at: AT });
      assert.ok(late.every((id) => isWaitedFor(first, id)));
      assert.ok(inTime.every((id) => !isWaitedFor(first, id)));
      const second = nextWaiting(first, { lastId, ids: [], late, at: AT });
      for (let id = 1; id <= lastId; id += 1) {
        assert.equal(isWaitedFor(second, id), !ids.includes(id), String(id));
      }
    }),
  );
});

test('after an hour what was never committed is waited for no more', () => {
  const gap: Waiting = { from: 3, to: 4, since: AT };
  const nextAt = (at: string) => nextWaiting([gap], { lastId: 9, ids: [10], late: [], at });
  assert.deepEqual(nextAt('2026-11-29T10:59:59.000Z'), [gap]);
  assert.deepEqual(nextAt('2026-11-29T11:00:00.000Z'), []);
});
