// Shows: Prescriptions and patients | trouble of the demographics service, or of the directory, keeps no prescription waiting
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import pg from 'pg';

import { execute } from '../support/global-setup.ts';
import { aJourney, nominatedRelease, releasedIds } from '../support/journey.ts';
import { type Answer, startSpine, type TestSpine } from '../support/server.ts';

const QUICK_MS = 1_500; // less than a statement waits for a lock

describe('with the demographics service and the directory', () => {
  let spine: TestSpine;
  before(async () => {
    spine = await startSpine();
  });
  after(() => spine.stop());

  /** The life of a prescription; how long its slowest step took, in milliseconds. */
  async function life(): Promise<number> {
    const [journey, waiting] = [aJourney(spine, { nominated: null }), aJourney(spine)];
    const steps = [
      () => journey.send(),
      () => waiting.send(),
      () => journey.release(),
      () => journey.dispense(['FullyDispensed']),
      () => journey.claim(),
      () => nominatedRelease(spine),
    ];
    let slowest = 0;
    let last: Answer | null = null;
    for (const step of steps) {
      const began = performance.now();
      last = await step();
      slowest = Math.max(slowest, performance.now() - began);
      assert.equal(last.status, 200, last.text);
    }
    assert.deepEqual(last === null ? [] : releasedIds(last), [waiting.id]);
    return slowest;
  }

  for (const [schema, path] of [
    ['demographics', '/personal-demographics/FHIR/R4/Patient/9990000018'],
    ['directory', '/spine-directory/FHIR/R4/Device?organization=A83008'],
  ] as const) {
    test(`${schema} locked as a whole, prescriptions are sent, released, dispensed and claimed`, async () => {
      const client = new pg.Client({ connectionString: spine.databaseUrl });
      await client.connect();
      try {
        const { rows } = await client.query<{ name: string }>(
          `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = '${schema}'`,
        );
        await client.query('begin');
        await client.query(
          `lock table ${rows.map(({ name }) => name).join(', ')} in access exclusive mode`,
        );
        assert.ok((await life()) < QUICK_MS);
        assert.notEqual((await spine.call(path)).status, 200);
      } finally {
        await client.end();
      }
    });
  }

  test('gone altogether, so they are', async () => {
    await execute(spine.databaseUrl, 'alter schema demographics rename to gone');
    await execute(spine.databaseUrl, 'alter schema directory rename to gone_too');
    await life();
  });
});
