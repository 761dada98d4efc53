// Shows: Migration | scripts tell by the exit code why a step of a move ended: no plan, unreadable, not signed, too many of a class, a gap, differences, not ready, refused, a person must decide, not verified
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import type { Command } from '../../src/cli/command.ts';
import { type Ran, ranOn } from '../../src/cli/testing.ts';
import { catchUpCommand } from '../../src/migration/catch-up/cli.ts';
import { inspectCommand } from '../../src/migration/cli.ts';
import { cutOverCommand, fallBackCommand, readyCommand } from '../../src/migration/cut-over/cli.ts';
import { writeSegment } from '../../src/migration/generate/feed-file.ts';
import { AUTHORITIES, feedFolder } from '../../src/migration/generate/generate.ts';
import { loadCommand } from '../../src/migration/load/cli.ts';
import { PLAN_KEY, type Plan, planJson } from '../../src/migration/plan/plan.ts';
import { reconcileCommand } from '../../src/migration/reconcile/cli.ts';
import { planCommand } from '../../src/migration/plan/cli.ts';
import { planFor, stepsUpTo, stopped } from '../../src/migration/scenario/switch.ts';
import { checkSignaturesCommand } from '../../src/migration/signatures/cli.ts';
import { statusCommand } from '../../src/migration/status/cli.ts';
import { verifyReportCommand } from '../../src/migration/verify-report/cli.ts';
import { writeSigned } from '../../src/migration/signed-file.ts';
import { signingKeyIn } from '../../src/migration/signing-key.ts';
import { aDump, aFolder, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import { aStore, type Store, untilAlone } from './store.ts';
import { aSwitch } from './switching.ts';

const COMMANDS: readonly Command[] = [
  inspectCommand,
  planCommand('test'),
  loadCommand,
  catchUpCommand,
  checkSignaturesCommand,
  reconcileCommand('test'),
  verifyReportCommand,
  readyCommand,
  cutOverCommand,
  fallBackCommand,
  statusCommand,
];

let store: Store;
let made: Generated;
let folder: string; // where the files of operators lie
let key: string;
let plan: Plan;
before(async () => {
  store = await aStore();
  made = await aDump({ prescriptions: 60, perPart: 60, dirt: 6, changing: 0.3, seed: 23 });
  folder = await aFolder();
  key = join(folder, 'key.pem');
  writeFileSync(key, EXPORTER.publicKey);
  plan = await planFor({ ...made, keys: EXPORTER });
});

function run(command: string, ...words: readonly string[]): Promise<Ran> {
  return ranOn(store.url, COMMANDS, ['migrate', command, ...words]);
}

async function signedPlan(one: Plan): Promise<string> {
  const file = join(folder, 'plan.json');
  await writeSigned(file, planJson(one), await signingKeyIn(folder, PLAN_KEY));
  return file;
}

describe('a step of a move ends with the exit code', () => {
  test('0, 3 or 4 where an export is whole, is not as its manifest says, or is not signed', async () => {
    const { folder: whole } = made.dump;
    assert.equal((await run('inspect', whole, '--key', key)).code, 0);
    const altered = join(folder, 'altered');
    cpSync(whole, altered, { recursive: true });
    appendFileSync(join(altered, 'ISSUE.0001.csv'), 'x');
    const unreadable = await run('inspect', altered, '--key', key);
    assert.deepEqual([unreadable.code, unreadable.stdout], [3, '']);
    assert.match(unreadable.stderr, /ISSUE\.0001\.csv: it has \d+ bytes[\s\S]*what to do: /);
    appendFileSync(join(altered, 'manifest.json'), ' ');
    const unsigned = await run('inspect', altered, '--key', key);
    assert.equal(unsigned.code, 4);
    assert.match(unsigned.stderr, /manifest\.json is not what was signed/);
  });

  test('2 where a plan is not to be signed, and 0 where it is', async () => {
    const authorities = ['--authorities', join(made.folder, AUTHORITIES)];
    const words = [made.dump.folder, feedFolder(made.folder), '--key', key, ...authorities];
    const signed = [
      ...words,
      '--by',
      'one',
      '--and',
      'other',
      '--switch-at',
      '2014-11-01T02:00:00Z',
    ];
    const file = join(folder, 'planned.json');
    const alone = await run('plan', ...words, '--by', 'one', '--plan', file);
    assert.equal(alone.code, 2);
    assert.match(alone.stderr, /not signed: two persons must sign it off/);
    const noDay = await run('plan', ...signed, '--switch-at', 'soon', '--plan', file);
    assert.equal(noDay.code, 2);
    const planned = await run('plan', ...signed, '--held-permille', '1000', '--plan', file);
    assert.deepEqual([planned.code, planned.stderr], [0, '']);
  });

  test('6 where a load finds more of a class than its plan counts, and 0 by the plan that counts them', async () => {
    const classes = plan.classes.map((one) =>
      one.class === 'D29' ? { ...one, count: one.count - 1 } : one,
    );
    const file = await signedPlan({ ...plan, classes });
    const words = [made.dump.folder, '--key', key, '--workers', '1', '--plan', file];
    const stopped = await run('load', ...words);
    assert.equal(stopped.code, 6, stopped.stderr);
    assert.match(stopped.stderr, /not as the plan has it: \d+ of class D29 where \d+ were counted/);
    await signedPlan(plan);
    const loaded = await run('load', ...words);
    assert.deepEqual([loaded.code, loaded.stderr], [0, '']);
  });

  test('7 where a change of the feed is missing', async () => {
    const { exportId } = made.dump.manifest;
    const text = readFileSync(join(feedFolder(made.folder), 'CHANGE.000001.csv'), 'latin1');
    const lines = text.split(/(?<=BEFORE\n)|(?<=\n)(?=\d+,T)/);
    const feed = await aFolder();
    const segment = { exportId, number: 1, text: lines.toSpliced(2, 1).join('') };
    await writeSegment(feed, segment, EXPORTER.privateKey);
    const { code, stderr } = await run('catch-up', made.dump.folder, feed, '--key', key);
    assert.equal(code, 7, stderr);
  });

  test('0 where all signatures are judged, and not where nobody says by whose word', async () => {
    const words = [made.dump.folder, feedFolder(made.folder), '--key', key];
    const nobody = await run('check-signatures', ...words);
    assert.notEqual(nobody.code, 0);
    const authorities = ['--authorities', join(made.folder, AUTHORITIES)];
    const judged = await run('check-signatures', ...words, ...authorities, '--workers', '1');
    assert.deepEqual([judged.code, judged.stderr], [0, '']);
    assert.match(judged.stdout, /[1-9]\d* orders are judged, [1-9]\d* of them by this run/);
    const { stdout } = await run('status');
    assert.match(stdout, /signatures: all \d+ orders were judged; not good: /);
  });

  test('8 where the stores differ, and 12 where the report of it was altered', async () => {
    const report = join(folder, 'report.json');
    const words = [made.dump.folder, '--key', key, '--report', report];
    assert.equal((await run('reconcile', ...words)).code, 0);
    await store.rows.all(
      `update prescriptions.message set body = '' where message_id = (select message_id from prescriptions.message where body <> '' limit 1)`,
    );
    const differs = await run('reconcile', ...words);
    assert.deepEqual([differs.code, /1 differences/.test(differs.stdout)], [8, true]);
    assert.equal((await run('verify-report', report)).code, 0);
    appendFileSync(report, ' ');
    assert.equal((await run('verify-report', report)).code, 12);
  });

  test('9 where a gate is red, and 10 where a step is refused', async () => {
    const file = await signedPlan(plan);
    const ready = await run('ready', file);
    assert.equal(ready.code, 9);
    assert.match(ready.stdout, /RED {4}report/);
    const refused = await run('cut-over', file, '--step', 'ready');
    assert.equal(refused.code, 10, refused.stderr);
    assert.match(refused.stderr, /refused: [\s\S]*what to do: /);
  });

  test('which the audit trail has, with the command', async () => {
    const rows = await store.rows.all<{ line: string }>(`
      select distinct interaction || ' ' || substring(outcome from 'exit code .*|refused') as line
      from platform.audit where session = 'migration' and interaction like 'migrate %' order by 1`);
    assert.deepEqual(
      rows.map(({ line }) => line),
      [
        'migrate catch-up exit code 7',
        'migrate check-signatures exit code 0',
        'migrate check-signatures refused',
        'migrate cut-over exit code 10',
        'migrate load exit code 0',
        'migrate load exit code 6',
        'migrate ready exit code 9',
        'migrate reconcile exit code 0',
        'migrate reconcile exit code 8',
        'migrate status exit code 0',
      ],
    );
  });

  test('11 where the tripwire held something back and a person must decide, and 0 where the switch is undone', async () => {
    const { store: own, rig, switching } = await aSwitch(53);
    await stopped(switching);
    await stepsUpTo(rig, 'open-10');
    await rig.bulk.close();
    await untilAlone(own);
    const file = await signedPlan(rig.plan);
    const step = (command: string, ...words: readonly string[]): Promise<Ran> =>
      ranOn(own.url, COMMANDS, ['migrate', command, file, ...words]);
    assert.equal((await step('cut-over', '--dry-run')).code, 0);
    await own.rows.all(`
      insert into prescriptions.event (prescription_id, number, kind, at, message_id, data, hash)
      values ('FFFFFF-Z99901-00000', 1, 'MigrationHeld', now(), gen_random_uuid(), '{"because":["tripwire"]}', '')`);
    const stoppedBy = await step('cut-over', '--step', 'open-50');
    assert.equal(stoppedBy.code, 11, stoppedBy.stderr);
    assert.match(stoppedBy.stderr, /refused: the tripwire held 1 back[\s\S]*what to do: /);
    await own.rows.all(
      `delete from prescriptions.event where prescription_id = 'FFFFFF-Z99901-00000'`,
    );
    const goesOn = await step('cut-over', '--step', 'open-50');
    assert.equal(goesOn.code, 0, goesOn.stderr);
    const undone = await step('fall-back', '--into', join(folder, 'back'));
    assert.equal(undone.code, 0, undone.stderr);
    assert.equal((await ranOn(own.url, COMMANDS, ['migrate', 'status'])).code, 0);
  });
});
