// Shows: Reliability | a process that dies at any step of a message: what was acknowledged is there once, what was not is done once
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { seeded, seedOf } from '../nothing-lost/random.ts';
import type { Served } from '../nothing-lost/served.ts';
import { FAILPOINTS } from './failpoints.ts';
import { lightly } from './light.ts';
import { buildThatDies } from './test-build.ts';

const seed = seedOf(process.env);
const random = seeded(seed);
const STEPS = 4; // others each time; npm run faults does them all
const STARTS_MAX = 5;
const PASSED_MAX = 25; // messages that pass the step before

describe('a datacentre that dies at a step of a message', () => {
  test('loses nothing, doubles nothing and contradicts nobody', async () => {
    const waiting = someOf(FAILPOINTS.map(({ step }) => step));
    const { length } = waiting;
    const died: string[] = [];
    /** Each datacentre on its own, so that one of them answers while the other starts again. */
    const dies = async (one: Served): Promise<void> => {
      for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
        await one.kill();
        await started(one, [buildThatDies(step, 1 + Math.floor(random() * PASSED_MAX))]);
        await one.ended();
        died.push(step);
      }
      await started(one, []);
    };
    const found = await lightly({ seed }, async (served) => {
      await Promise.all(served.map(dies));
    });
    assert.deepEqual(found.faults.slice(0, 3), [], `seed ${seed}`);
    assert.deepEqual([died.length, found.unknown], [length, 0]);
    process.stdout.write(
      `steps: ${died.length} kills, ${found.acknowledged} acknowledged, 0 lost, 0 double, ${found.unknownResolved} unknown resolved, seed ${seed}\n`,
    );
  });
});

function someOf(steps: readonly string[]): string[] {
  const placed = steps.map((step) => ({ step, place: random() }));
  const mixed = placed.toSorted((one, other) => one.place - other.place);
  return mixed.slice(0, STEPS).map(({ step }) => step);
}

/** Its supervisor starts one again that ends at its start, as when the machine is so busy that its trial message is refused. */
async function started(one: Served, imports: readonly string[]): Promise<void> {
  for (let left = STARTS_MAX; ; left -= 1) {
    try {
      return await one.restart(imports);
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}
