// Shows: Reliability | the faults find bugs that are put into a test build on purpose; a live Spine takes no such build
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { messageOf } from '../../src/platform/trouble.ts';
import { MUTANTS } from '../nothing-lost/mutants.ts';
import { seedOf } from '../nothing-lost/random.ts';
import { BUGS_OF_TESTS } from './bugs-of-tests.ts';
import { FAILPOINTS } from './failpoints.ts';
import { lightly } from './light.ts';
import { type Edit, SEEDED_BUGS } from './seeded-bugs.ts';
import { buildWith, edited, poisonEdits, ROOT } from './test-build.ts';

const seed = seedOf(process.env);
/** Those that come to light without a fault: messages at the same time, and the same message again, are enough. */
const QUICK = SEEDED_BUGS.filter(({ faults }) => faults.length === 0);
const SENDING_MS = 1_500;

describe('a test build', () => {
  test('is there for each of the thirty bugs, or a mutant', () => {
    const numbers = new Set(
      [...SEEDED_BUGS, ...BUGS_OF_TESTS, ...MUTANTS].map((one) => one.number),
    );
    const thirty = Array.from({ length: 30 }, (_, place) => `B${place + 1}`);
    assert.deepEqual(
      thirty.filter((number) => !numbers.has(number)),
      [],
    );
  });

  test('changes words of the program that are there, each once', () => {
    const edits: readonly Edit[] = [
      ...[...SEEDED_BUGS, ...BUGS_OF_TESTS, ...FAILPOINTS].flatMap((one) => one.edits),
      ...poisonEdits('x'),
    ];
    for (const edit of edits) {
      const text = readFileSync(new URL(edit.file, ROOT), 'utf8');
      assert.notEqual(edited(text, [edit]), text, edit.find);
    }
  });

  test('is refused by a live Spine, and no release holds anything of it', () => {
    const spine = fileURLToPath(new URL('bin/spine.ts', ROOT));
    const { status, stderr } = spawnSync(process.execPath, [`--import=${buildWith('B2')}`, spine], {
      env: { ...process.env, OPENSPINE_MODE: 'live' },
      encoding: 'utf8',
    });
    assert.deepEqual([status, /takes no test build/.test(stderr)], [1, true]);
    for (const folder of ['src/', 'bin/']) {
      for (const file of readdirSync(new URL(folder, ROOT), { recursive: true })) {
        if (!/\.(ts|mjs)$/.test(String(file))) continue;
        const text = readFileSync(new URL(`${folder}${String(file)}`, ROOT), 'utf8');
        assert.doesNotMatch(text, /failpoint|test-build|registerHooks/, String(file));
      }
    }
  });
});

describe('what clients see and what is kept', { concurrency: 2 }, () => {
  test('is without a fault in the program as it is', async () => {
    const { faults, acknowledged } = await lightly({ seed }, sending);
    assert.deepEqual(faults.slice(0, 3), [], `seed ${seed}`);
    assert.ok(acknowledged > 0);
  });

  for (const { number, what } of QUICK) {
    test(`shows that ${what} (${number})`, async () => {
      const faults = await faultsOf(number);
      assert.ok(faults.length > 0, `not found, seed ${seed}`);
      process.stdout.write(`power: ${number} ${what}: ${faults.length} found\n`);
    });
  }
});

/** A datacentre tries itself with a prescription before it says that it is ready: some bugs come no further. */
async function faultsOf(number: string): Promise<readonly string[]> {
  try {
    return (await lightly({ seed, imports: [buildWith(number)] }, sending)).faults;
  } catch (error) {
    if (!/ended with 1 before it was ready/.test(messageOf(error))) throw error;
    return ['its own trial prescription fails'];
  }
}

async function sending(): Promise<void> {
  await delay(SENDING_MS);
}
