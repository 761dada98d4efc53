import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { histories } from './history.ts';
import { MUTANTS } from './mutants.ts';
import { play } from './play.ts';
import { pureSpine } from './pure-spine.ts';
import { seedOf } from './random.ts';

const HISTORIES = 2_000; // as many as the service itself is tried with
const seed = seedOf(process.env);

describe('the model finds what is wrong', () => {
  for (const { number, what, core } of MUTANTS) {
    test(`${what} (${number})`, async () => {
      let run = 0;
      const property = fc.asyncProperty(
        histories({ isTimed: true, isMostlyShort: false }),
        async (history) => {
          const options = {
            run: (run += 1),
            start: history.start,
            isWhole: true,
            looksEachTime: true,
          };
          await play(history, pureSpine(core), options);
        },
      );
      const found = await fc.check(property, { numRuns: HISTORIES, seed, endOnFailure: true });
      assert.ok(found.failed, `not found in ${HISTORIES} histories`);
      process.stdout.write(`power: ${number} ${what}: found in history ${found.numRuns}\n`);
    });
  }
});
