// Shows: Datacentres | with more than can be done, reports go first and supplies last; the limit follows how quickly answers come; one supplier gets no more than a share
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  type Admission,
  Busy,
  type Leave,
  openAdmission,
  retryAfter,
  URGENCIES,
} from './admission.ts';

/** Requests on a clock of their own. */
function trial() {
  let at = 0;
  let isHeld = false;
  const admission = openAdmission({ isHeld: () => isHeld, now: () => at });
  return {
    admission,
    hold: (held: boolean) => (isHeld = held),
    pass: (ms: number) => (at += ms),
    /** Fills it to the brim with one urgency; answers what was admitted. */
    fill: (urgency: (typeof URGENCIES)[number]): Leave[] => {
      const leaves: Leave[] = [];
      for (;;) {
        const leave = admission.enter(urgency);
        if (leave === null) return leaves;
        leaves.push(leave);
      }
    },
  };
}

/** So many at once, each batch taking so long, for a while; answers how many are admitted after that. */
function afterBatches(ms: number, batches: number): number {
  const { fill, pass } = trial();
  for (let n = 0; n < batches; n += 1) {
    const leaves = fill('supply');
    pass(ms);
    for (const leave of leaves) leave(true);
  }
  return fill('supply').length;
}

describe('a process to which more comes than it can do', () => {
  test('refuses each urgency before those that are more urgent', () => {
    const admitted = URGENCIES.map((urgency) => trial().fill(urgency).length);
    assert.deepEqual(
      admitted,
      [...new Set(admitted)].toSorted((a, b) => a - b),
    );
    const { admission, fill } = trial();
    for (const [place, urgency] of URGENCIES.entries()) {
      fill(urgency);
      for (const lower of URGENCIES.slice(0, place + 1)) assert.equal(admission.enter(lower), null);
    }
  });

  test('takes less at once while answers come late, and more while they come soon, within bounds', () => {
    const first = trial().fill('supply').length;
    assert.ok(afterBatches(1_500, 3) < first * 0.7);
    assert.equal(afterBatches(600, 100), 50);
    assert.ok(afterBatches(100, 6) > first);
    assert.equal(afterBatches(100, 200), 1_024);
  });

  test('takes as many as before while it stands still for moments, and else ends them in good time', () => {
    const { admission, fill, pass } = trial();
    const batch = (ms: number): void => {
      const leaves = Array.from(
        { length: 64 },
        () => admission.enter('supply') ?? (() => assert.fail('refused')),
      );
      pass(ms);
      for (const leave of leaves) leave(true);
    };
    for (let n = 0; n < 30; n += 1) batch(100);
    for (const ms of [700, 700, 100, 700, 700, 100]) batch(ms);
    assert.ok(fill('supply').length > 64);
  });

  test('does not take what failed for a sign of how quick it is', () => {
    const { admission, fill, pass } = trial();
    const before = fill('supply');
    pass(9_000);
    for (const leave of before) leave(false);
    assert.equal(fill('supply').length, before.length);
    assert.equal(admission.enter('supply'), null);
  });

  test('keeps everybody waiting while the writes move, refuses nobody, and blames nobody for it', () => {
    const { fill, hold, pass } = trial();
    const usual = fill('supply').length;
    hold(true);
    const waiting = fill('report');
    assert.ok(usual + waiting.length >= 4_000);
    pass(4_000);
    hold(false);
    for (const leave of waiting) leave(true);
    pass(10_000);
    assert.equal(fill('supply').length, 0, 'those of before are still there');
  });

  test('gives one supplier half when it is half full, and the others the rest', async () => {
    const { admission, fill } = trial();
    const leaves = fill('supply').slice(0, 200);
    const done = Promise.withResolvers<void>();
    const many = Array.from({ length: 200 }, () => shared(admission, 'flood', done.promise));
    const other = shared(admission, 'other', done.promise);
    done.resolve();
    const words = await Promise.all(many);
    assert.equal(words.filter((word) => word === 'done').length, 128);
    assert.equal(await other, 'done');
    for (const leave of leaves) leave(true);
    assert.equal(await shared(admission, 'flood', Promise.resolve()), 'done');
  });
});

async function shared(admission: Admission, who: string, until: Promise<void>): Promise<string> {
  try {
    await admission.share(who, () => until);
    return 'done';
  } catch (error) {
    assert.ok(error instanceof Busy);
    return 'refused';
  }
}

test('who is refused is told to come again within seconds, not all at once', () => {
  const times = new Set(Array.from({ length: 200 }, () => Number(retryAfter())));
  assert.ok(times.size >= 4 && Math.min(...times) === 1 && Math.max(...times) <= 5);
});
