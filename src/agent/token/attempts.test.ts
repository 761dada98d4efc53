import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { attemptsIn } from './attempts.ts';

const folder = mkdtempSync(join(tmpdir(), 'openspine-attempts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('entries of a passcode', () => {
  test('of twenty at once exactly three are taken, by whichever program', async () => {
    const programs = Array.from({ length: 20 }, () => attemptsIn(folder, 'one'));
    const taken = await Promise.all(programs.map((program) => program.take()));
    assert.deepEqual(
      taken.flatMap((attempt) => attempt ?? []).toSorted((a, b) => a - b),
      [1, 2, 3],
    );
    assert.equal(await attemptsIn(folder, 'one').take(), null, 'after a restart too');
    assert.equal(await attemptsIn(folder, 'other').count(), 0, 'another card has its own');
  });

  test('are forgotten after a right one, but for those that are still judged', async () => {
    const attempts = attemptsIn(folder, 'judged');
    for (const attempt of [1, 2, 3]) assert.equal(await attempts.take(), attempt);
    await attempts.clear(2);
    assert.equal(await attempts.count(), 1);
    assert.equal(await attempts.take(), 1);
  });

  test('are used up when the chip itself takes no more', async () => {
    const attempts = attemptsIn(folder, 'blocked');
    await attempts.take();
    await attempts.exhaust();
    assert.deepEqual([await attempts.count(), await attempts.take()], [3, null]);
  });
});
