// Shows: Migration | a plan is rehearsed whole in a store that is thrown away: moved, undone, switched, and undone once more
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { ran } from '../../src/cli/testing.ts';
import { byPlan, PLAN_KEY, planJson } from '../../src/migration/plan/plan.ts';
import { rehearseCommands } from '../../src/migration/rehearse/cli.ts';
import { rehearse } from '../../src/migration/rehearse/rehearse.ts';
import { planFor } from '../../src/migration/scenario/switch.ts';
import { writeSigned } from '../../src/migration/signed-file.ts';
import { aDump, aFolder, EXPORTER } from '../../src/migration/testing.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import { times } from './counted.ts';

/** It has a server of its own, so that it is done where there is time for that. */
const isDone = times(0, 1) === 1;

const PROGRAM = new URL('../../bin/spine.ts', import.meta.url).pathname;
const PARTS = { prepare: (url: string) => migrate(url, SCHEMAS), program: PROGRAM };

test('a rehearsal of a plan is clean, with rows of no prescription and a class that is held by choice', {
  skip: isDone ? false : 'npm run faults:migration',
}, async () => {
  const made = await aDump({ prescriptions: 120, perPart: 60, dirt: 4, changing: 0.2, people: 8 });
  const planned = await planFor({ ...made, keys: EXPORTER });
  const hold = { choice: 'hold', owner: 'one', most: null } as const;
  const plan = { ...planned, choices: { ...planned.choices, D29: hold } };
  const folder = await aFolder();
  const [planFile, keyFile] = [join(folder, 'plan.json'), join(folder, 'export-key.pem')];
  await writeSigned(planFile, planJson(plan), EXPORTER.privateKey);
  writeFileSync(join(folder, `${PLAN_KEY}.pem`), EXPORTER.publicKey);
  writeFileSync(keyFile, EXPORTER.publicKey);
  const done = await rehearse(plan, byPlan(made.dump, plan), {
    keyFile,
    planFile,
    parts: PARTS,
    onStep: () => undefined,
  });
  assert.deepEqual(
    [done.isClean, done.isFallBackClean, done.differences, done.writtenAgain],
    [true, true, 0, 0],
  );
  assert.ok(done.ids >= 120 && done.handedOut > 0 && done.wentBack === done.messages);
});

test('one in which nobody could write for too long ends with exit code 5, and leaves no temporary file', async () => {
  const made = await aDump({ prescriptions: 60, perPart: 60, dirt: 0, changing: 0.2 });
  const planned = await planFor({ ...made, keys: EXPORTER });
  const plan = { ...planned, limits: { ...planned.limits, writeStopSeconds: 0 } };
  const [folder, temporary] = [await aFolder(), await aFolder()];
  chmodSync(temporary, 0o755); // the account of the database passes through
  const file = join(folder, 'plan.json');
  await writeSigned(file, planJson(plan), EXPORTER.privateKey);
  writeFileSync(join(folder, `${PLAN_KEY}.pem`), EXPORTER.publicKey);
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = temporary;
  try {
    const { code, stdout, stderr } = await ran(rehearseCommands(PARTS), [
      'migrate',
      'rehearse',
      file,
    ]);
    assert.deepEqual([code, /NOT CLEAN/.test(stdout)], [5, true], stderr);
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
  assert.deepEqual(readdirSync(temporary), []);
});
