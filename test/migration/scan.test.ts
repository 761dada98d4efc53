// Shows: Migration | no report, screen or error of a move has personal data of the old store: its NHS numbers and a canary are looked for in all that its commands wrote
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import type { Command } from '../../src/cli/command.ts';
import { type Ran, ranOn } from '../../src/cli/testing.ts';
import { catchUpCommand } from '../../src/migration/catch-up/cli.ts';
import { inspectCommand } from '../../src/migration/cli.ts';
import { cutOverCommand, readyCommand } from '../../src/migration/cut-over/cli.ts';
import { writeSegment } from '../../src/migration/generate/feed-file.ts';
import { AUTHORITIES, feedFolder } from '../../src/migration/generate/generate.ts';
import { groupsOf } from '../../src/migration/groups.ts';
import { holdCommands } from '../../src/migration/hold/cli.ts';
import { loadCommand } from '../../src/migration/load/cli.ts';
import { planCommand } from '../../src/migration/plan/cli.ts';
import { reconcileCommand } from '../../src/migration/reconcile/cli.ts';
import { repairCommands } from '../../src/migration/repair/cli.ts';
import { sampleCommand } from '../../src/migration/sample/cli.ts';
import { scanCommand } from '../../src/migration/scan/cli.ts';
import { shadowCommand } from '../../src/migration/shadow/cli.ts';
import { checkSignaturesCommand } from '../../src/migration/signatures/cli.ts';
import { statusCommand } from '../../src/migration/status/cli.ts';
import { aDump, aFolder, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import { aStore, type Store } from './store.ts';

const COMMANDS: readonly Command[] = [
  inspectCommand,
  planCommand('test'),
  loadCommand,
  catchUpCommand,
  checkSignaturesCommand,
  reconcileCommand('test'),
  sampleCommand,
  shadowCommand({ prepare: () => Promise.resolve() }),
  readyCommand,
  cutOverCommand,
  statusCommand,
  ...holdCommands,
  ...repairCommands,
  scanCommand,
];

let store: Store;
let made: Generated;
let written: string; // what the commands leave
let key: string;
before(async () => {
  store = await aStore();
  made = await aDump({ prescriptions: 120, perPart: 60, dirt: 6, changing: 0.2, seed: 61 });
  written = await aFolder();
  const mine = await aFolder();
  key = join(mine, 'key.pem');
  writeFileSync(key, EXPORTER.publicKey);
});

function run(command: string, ...words: readonly string[]): Promise<Ran> {
  return ranOn(store.url, COMMANDS, ['migrate', command, ...words]);
}

/** What it says is kept as a log keeps it. */
async function logged(command: string, ...words: readonly string[]): Promise<Ran> {
  const ran = await run(command, ...words);
  appendFileSync(join(written, 'log.txt'), `${command}\n${ran.stdout}${ran.stderr}`);
  return ran;
}

const CANARY = 'Synthetic tablets'; // in the message of each prescription

async function scanned(...places: readonly string[]): Promise<Ran> {
  const canaries = join(await aFolder(), 'canaries.txt');
  writeFileSync(canaries, `${CANARY}\n\n`);
  return run('scan', made.dump.folder, ...places, '--key', key, '--canaries', canaries);
}

describe('what a move writes', () => {
  test('has nothing of a patient: reports, samples, screens, refusals', async () => {
    const { folder } = made.dump;
    const [plan, feed] = [join(written, 'plan.json'), feedFolder(made.folder)];
    const people = ['--by', 'A Lead', '--and', 'A Clinician', '--held-permille', '1000'];
    const authorities = ['--authorities', join(made.folder, AUTHORITIES)];
    const ended = [
      await logged('inspect', folder, '--key', key),
      await logged(
        'plan',
        folder,
        feed,
        '--key',
        key,
        ...authorities,
        ...people,
        '--switch-at',
        '2014-11-01T02:00:00Z',
        '--plan',
        plan,
      ),
      await logged('load', folder, '--key', key, '--workers', '1', '--plan', plan),
      await logged('catch-up', folder, feed, '--key', key),
      await logged('check-signatures', folder, feed, '--key', key, ...authorities),
      await logged('reconcile', folder, '--key', key, '--report', join(written, 'report.json')),
      await logged(
        'reconcile',
        folder,
        '--key',
        key,
        '--bucket',
        '7',
        '--report',
        join(written, 'part.json'),
        '-o',
        'json',
      ),
      await logged('sample', folder, '--key', key, '--file', join(written, 'sample.csv')),
      await logged('shadow', plan, join(made.folder, 'reads.ndjson'), '-o', 'json'),
      await logged('cut-over', plan, '--dry-run'),
      await logged('status', '-o', 'json'),
      await logged('holds', '-o', 'json'),
      await logged(
        'repair',
        'hold',
        '--status',
        '0002',
        '--reason',
        'INC-1',
        '--file',
        join(written, 'repair.json'),
      ),
    ];
    assert.deepEqual(
      ended.map(({ code, stderr }) => (code === 0 ? '' : stderr)),
      ended.map(() => ''),
    );
    assert.equal((await logged('ready', plan)).code, 9);
    const broken = await aFolder();
    const { exportId } = made.dump.manifest;
    const text = readFileSync(join(feed, 'CHANGE.000001.csv'), 'latin1');
    const garbled = text.replace(/"\{""/, '"{"""');
    assert.notEqual(garbled, text);
    await writeSegment(broken, { exportId, number: 1, text: garbled }, EXPORTER.privateKey);
    assert.notEqual((await logged('catch-up', folder, broken, '--key', key)).code, 0);
    const { code, stdout, stderr } = await scanned(written);
    assert.equal(code, 0, stdout + stderr);
    const [, files] = /(\d+) files, 0 found/.exec(stdout) ?? [];
    assert.ok(Number(files) >= 8, stdout);
  });

  test('is found where it has something: which file and line, and not what', async () => {
    let number = '';
    for await (const { rows } of groupsOf(made.dump, 1)) {
      const patient = rows.PRESCRIPTION[0]?.row.NHS_NO ?? '';
      if (/^\d{10}$/.test(patient)) number = patient;
    }
    assert.notEqual(number, '');
    const parts = [number.slice(0, 3), number.slice(3, 6), number.slice(6)];
    const leaky = await aFolder();
    const lines = [
      'nothing',
      `patient ${number}`,
      `patient ${parts.join(' ')}, 1234567890`,
      CANARY.toUpperCase(),
      `${number}1`,
    ];
    writeFileSync(join(leaky, 'old.log'), lines.join('\n'));
    const { code, stdout } = await scanned(leaky, key);
    assert.equal(code, 8);
    const found = stdout.split('\n').map((line) => line.split('/').at(-1));
    for (const line of ['old.log:2: NHS number', 'old.log:3: NHS number', 'old.log:4: canary']) {
      assert.ok(found.includes(line), stdout);
    }
    assert.match(stdout, /^2 files, 3 found$/m);
    for (const secret of [number, parts.join(' '), CANARY]) assert.ok(!stdout.includes(secret));
    assert.equal((await run('scan', made.dump.folder, '--key', key)).code, 2);
  });
});
