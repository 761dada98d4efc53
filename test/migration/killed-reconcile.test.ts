// Shows: Migration | a comparison that is killed anywhere, also between its report and the signature: what is not signed is never taken for a report, and the next one goes on
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { type Ran, ran, ranOn } from '../../src/cli/testing.ts';
import { present } from '../../src/kernel/bug.ts';
import { reconcileCommand } from '../../src/migration/reconcile/cli.ts';
import { aDump, aFolder, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import { verifyReportCommand } from '../../src/migration/verify-report/cli.ts';
import { times } from './counted.ts';
import { aStore, loadInto, type Store } from './store.ts';

const PROGRAM = new URL('../../bin/spine.ts', import.meta.url).pathname;
const KILLER = new URL('./kill-at.ts', import.meta.url).href;
const SENT = times(6, 30); // of what is sent to the database: so many places, from the first to the last

let store: Store;
let made: Generated;
let key: string;
before(async () => {
  store = await aStore();
  made = await aDump({ prescriptions: 60, perPart: 30, dirt: 4, seed: 73 });
  await loadInto(store, made.dump);
  key = join(await aFolder(), 'key.pem');
  writeFileSync(key, EXPORTER.publicKey);
});

const wordsFor = (file: string): string[] => [
  'migrate',
  'reconcile',
  made.dump.folder,
  '--key',
  key,
  '--report',
  file,
];

/** In a process of its own, which ends itself at a place; answers its exit code, null where it was killed, and what it said. */
function killedAt(file: string, place: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--import', KILLER, PROGRAM, ...wordsFor(file)], {
    env: { ...process.env, DATABASE_URL: store.url, KILL_AT: place },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (some: Buffer) => (said += some.toString()));
  return new Promise((resolve, reject) => {
    child.once('close', (code) => resolve({ code, said }));
    child.once('error', reject);
  });
}

function compare(file: string): Promise<Ran> {
  return ranOn(store.url, [reconcileCommand('test')], wordsFor(file));
}

async function isGood(file: string): Promise<boolean> {
  const { code } = await ran([verifyReportCommand], ['migrate', 'verify-report', file]);
  assert.ok(code === 0 || code === 12, String(code));
  return code === 0;
}

const digestOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');

function said(file: string): { reportId: string; previous: string | null } {
  const read: { reportId: string; previous: string | null } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  return read;
}

/** The gates of the switch know of reports that were signed, and of no other. */
async function assureKnown(signed: ReadonlySet<string>): Promise<void> {
  const rows = await store.rows.all<{ id: string }>('select report_id as id from migration.report');
  assert.deepEqual(
    rows.filter(({ id }) => !signed.has(id)),
    [],
  );
}

describe('a comparison that is killed', () => {
  test('leaves no report that is taken as good without its signature, and the next one goes on', async () => {
    const file = join(await aFolder(), 'report.json');
    const signed = new Set<string>();
    const keep = async (): Promise<void> => {
      if (existsSync(file) && (await isGood(file))) signed.add(said(file).reportId);
    };
    const all = await killedAt(file, 'none');
    assert.equal(all.code, 0, all.said);
    await keep();
    const [, files, sent] = /wrote (\d+), sent (\d+)/.exec(all.said) ?? [];
    const some = Array.from({ length: SENT }, (_, at) =>
      Math.max(1, Math.floor((Number(sent) * (at + 1)) / SENT)),
    );
    // The first one makes the key, too: of those places later ones have fewer.
    const places = [
      ...Array.from({ length: Number(files) }, (_, at) => `file:${at + 1}`),
      ...some.map((at) => `socket:${at}`),
    ];
    assert.ok(Number(files) >= 6 && Number(sent) > 10, all.said);
    let [kills, torn] = [0, 0];
    for (const place of places) {
      const { code } = await killedAt(file, place);
      if (code === null) kills += 1;
      await keep();
      await assureKnown(signed);
      if (!(await isGood(file))) torn += 1;
      const before = digestOf(file);
      const again = await compare(file);
      assert.equal(again.code, 0, `${place}: ${again.stderr}`);
      assert.ok(await isGood(file), place);
      assert.equal(said(file).previous, before, place);
      // One that was signed at last by the one behind it was whole, too.
      await keep();
      await assureKnown(signed);
    }
    assert.ok(kills >= 4 + SENT - 1 && torn >= 1, `${kills} kills, ${torn} torn`);
  });

  test('leaves none before the first, and makes its key anew', async () => {
    for (const at of [1, 2, 3, 4, 5, 6, 7]) {
      const file = join(await aFolder(), 'report.json');
      const { code } = await killedAt(file, `file:${at}`);
      assert.equal(code, null, String(at));
      if (existsSync(file)) assert.equal(await isGood(file), false);
      const again = await compare(file);
      assert.equal(again.code, 0, `${at}: ${again.stderr}`);
      assert.ok(await isGood(file));
    }
  });
});

describe('a report that was altered', () => {
  test('is not the one before the next: that is refused, and overwrites nothing', async () => {
    const file = join(await aFolder(), 'report.json');
    assert.equal((await compare(file)).code, 0);
    appendFileSync(file, ' ');
    const before = digestOf(file);
    const refused = await compare(file);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /report\.json is not what was signed/);
    assert.equal(digestOf(file), before);
    assert.ok(present(/what to do: (.*)/.exec(refused.stderr), 'a remedy')[1]);
  });
});
