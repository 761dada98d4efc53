// Shows: Migration | `spine fault scenario migration-2014-08`: an old store with what came back, a load that is killed and run twice, the switch, every pharmacy asks: nothing lost, doubled or come again (100,000 with the faults)
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ran } from '../../src/cli/testing.ts';
import { scenarioCommand } from '../../src/migration/scenario/cli.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import { times } from './counted.ts';

const PRESCRIPTIONS = times(1_000, 100_000);
const KILLS = times(1, 3);

const SCENARIO = scenarioCommand({
  prepare: (url) => migrate(url, SCHEMAS),
  program: new URL('../../bin/spine.ts', import.meta.url).pathname,
});

test(`the switch of August 2014 with ${PRESCRIPTIONS} prescriptions loses, doubles and revives none`, async () => {
  const words = ['--n', String(PRESCRIPTIONS), '--kills', String(KILLS), '--dirt', '2'];
  const argv = ['fault', 'scenario', 'migration-2014-08', ...words, '-o', 'json'];
  const { code, stdout, stderr } = await ran([SCENARIO], argv);
  assert.equal(code, 0, stderr);
  const said: Record<string, unknown> = JSON.parse(stdout);
  const { result, lost, doubled, reappeared, writtenAgain, differences, tripped, kills } = said;
  assert.deepEqual(
    { result, lost, doubled, reappeared, writtenAgain, differences, tripped, kills },
    {
      result: 'passed',
      lost: 0,
      doubled: 0,
      reappeared: 0,
      writtenAgain: 0,
      differences: 0,
      tripped: 0,
      kills: KILLS,
    },
  );
  assert.ok(Number(said['ids']) >= PRESCRIPTIONS && Number(said['changes']) > 0);
  assert.ok(Number(said['handedOut']) > 0 && said['handedOut'] === said['waiting']);
});

test('the scenario is refused where it is another, or too much', async () => {
  for (const words of [
    ['other'],
    ['migration-2014-08', '--n', '0'],
    ['migration-2014-08', '--dirt', '21'],
  ]) {
    assert.equal((await ran([SCENARIO], ['fault', 'scenario', ...words])).code, 2, words.join(' '));
  }
});
