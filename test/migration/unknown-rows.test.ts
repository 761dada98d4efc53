// Shows: Migration | a load, a plan or a follower is stopped by a row that no class describes: by file, row and reason, with nothing half applied; and goes on by a plan that keeps it apart, or by a feed that was made right
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { type Ran, ranOn } from '../../src/cli/testing.ts';
import { present } from '../../src/kernel/bug.ts';
import { catchUpCommand } from '../../src/migration/catch-up/cli.ts';
import { writeSegment } from '../../src/migration/generate/feed-file.ts';
import { AUTHORITIES, feedFolder } from '../../src/migration/generate/generate.ts';
import { migrationModel, statusOf } from '../../src/migration/index.ts';
import { loadCommand } from '../../src/migration/load/cli.ts';
import { MANIFEST, manifestJson } from '../../src/migration/lx1/manifest.ts';
import { openDump } from '../../src/migration/lx1/open-dump.ts';
import { planCommand } from '../../src/migration/plan/cli.ts';
import { reconcileCommand } from '../../src/migration/reconcile/cli.ts';
import { writeSigned } from '../../src/migration/signed-file.ts';
import { aDump, aFolder, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import { aStore, digestOf, loadInto, type Store, untilAlone } from './store.ts';

const COMMANDS = [planCommand('test'), loadCommand, catchUpCommand, reconcileCommand('test')];

let made: Generated;
let folder: string; // where the files of operators lie
let key: string;
let at: number; // one of the last rows of ISSUE in the first part, behind its first unit of 500 ids
before(async () => {
  made = await aDump({ prescriptions: 900, perPart: 700, dirt: 1, changing: 0.1, seed: 67 });
  folder = await aFolder();
  key = join(folder, 'key.pem');
  writeFileSync(key, EXPORTER.publicKey);
});

/** The export with a status that nobody knows in one row, signed as it is. */
async function withUnknownRow(): Promise<string> {
  const other = join(await aFolder(), 'export');
  cpSync(made.dump.folder, other, { recursive: true });
  const name = 'ISSUE.0001.csv';
  const lines = readFileSync(join(other, name), 'latin1').split('\n');
  at = lines.length - 10;
  const fields = present(lines[at - 1], 'a row').split(',');
  lines[at - 1] = fields.with(2, '0099').join(',');
  const bytes = Buffer.from(lines.join('\n'), 'latin1');
  writeFileSync(join(other, name), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { manifest } = made.dump;
  const files = manifest.files.map((file) =>
    file.name === name ? { ...file, sha256, bytes: bytes.length } : file,
  );
  const signed = manifestJson({ ...manifest, files });
  await writeSigned(join(other, MANIFEST), signed, EXPORTER.privateKey);
  await openDump(other, EXPORTER.publicKey);
  return other;
}

function run(store: Store, command: string, ...words: string[]): Promise<Ran> {
  return ranOn(store.url, COMMANDS, ['migrate', command, ...words, '--key', key]);
}

async function assureEven({ database }: Store): Promise<number> {
  const status = present(await statusOf(database), 'a migration');
  const model = migrationModel(status, null, new Date());
  assert.ok(model.isAny && model.ids.isEven);
  return model.ids.came;
}

function stoppedAt({ stderr }: Ran): void {
  const words = `ISSUE.0001.csv, row ${at}: ISSUE.STATUS is "0099": no dirty class describes that`;
  assert.ok(stderr.includes(words), stderr);
}

describe('a row that no class describes', () => {
  test('stops a load and a plan, with nothing half applied, until a plan keeps it apart', async () => {
    const store = await aStore();
    const dump = await withUnknownRow();
    for (const workers of ['1', '2']) {
      const stopped = await run(store, 'load', dump, '--workers', workers);
      assert.deepEqual([stopped.code, stopped.stdout], [6, ''], stopped.stderr);
      stoppedAt(stopped);
      assert.match(stopped.stderr, /what to do: .*--policies/);
      await untilAlone(store);
      assert.ok((await assureEven(store)) >= 500, workers);
      const [whole] = await store.rows.all<{ parts: string }>(
        'select count(*) as parts from migration.part where part = 1',
      );
      assert.equal(Number(whole?.parts), 0);
    }

    const plan = join(folder, 'plan.json');
    const people = ['--by', 'one', '--and', 'other', '--switch-at', '2014-11-01T02:00:00Z'];
    const words = [
      dump,
      feedFolder(made.folder),
      '--authorities',
      join(made.folder, AUTHORITIES),
      ...people,
      '--held-permille',
      '1000',
      '--plan',
      plan,
    ];
    const unsigned = await run(store, 'plan', ...words);
    assert.equal(unsigned.code, 2);
    stoppedAt(unsigned);
    const policies = join(folder, 'policies.json');
    writeFileSync(policies, '{"D0": {"choice": "hold", "owner": "A Pharmacist", "most": 1}}');
    const signed = await run(store, 'plan', ...words, '--policies', policies);
    assert.equal(signed.code, 0, signed.stderr);
    assert.match(
      signed.stdout,
      /D0 +1 {2}a row that no class describes: keep each apart, by choice/,
    );

    const loaded = await run(store, 'load', dump, '--plan', plan);
    assert.equal(loaded.code, 0, loaded.stderr);
    assert.ok((await assureEven(store)) >= 900);
    const apart = await store.rows.all<{ table: string; row: number }>(`
      select table_name as table, row_number as row from migration.quarantine where class = 'D0'`);
    assert.ok(apart.some(({ table, row }) => table === 'ISSUE' && row === at));
    const report = join(folder, 'report.json');
    const compared = await run(store, 'reconcile', dump, '--report', report);
    assert.equal(compared.code, 0, compared.stdout);
    assert.match(compared.stdout, /D0/);
  });

  test('stops a follower before anything of that is applied, until the feed is made right', async () => {
    const store = await aStore();
    await loadInto(store, made.dump);
    const own = feedFolder(made.folder);
    const text = readFileSync(join(own, 'CHANGE.000001.csv'), 'latin1');
    // The row is the last of its transaction's: JSON in a quoted field, with its quotes twice.
    const unknown = text.replace(/(,NOM_RELEASE,[IU],[^\n]*?""STATE"":"")[A-Z]+/, '$1LOST');
    assert.notEqual(unknown, text);
    const feed = await aFolder();
    cpSync(join(own, 'feed.000001.bin'), join(feed, 'feed.000001.bin'));
    const { exportId } = made.dump.manifest;
    const write = (said: string) =>
      writeSegment(feed, { exportId, number: 1, text: said }, EXPORTER.privateKey);
    await write(unknown);
    const before = await digestOf(store);
    const stopped = await run(store, 'catch-up', made.dump.folder, feed);
    assert.deepEqual([stopped.code, stopped.stdout], [6, ''], stopped.stderr);
    const line = present(/^(\d+),T.*LOST/m.exec(unknown), 'the change');
    const words = `change ${line[1]}: NOM_RELEASE.STATE is "LOST": no dirty class describes that`;
    assert.ok(stopped.stderr.includes(words), stopped.stderr);
    assert.equal(await digestOf(store), before);
    await untilAlone(store);
    await write(text);
    const followed = await run(store, 'catch-up', made.dump.folder, feed);
    assert.equal(followed.code, 0, followed.stderr);
    const report = join(await aFolder(), 'report.json');
    assert.equal((await run(store, 'reconcile', made.dump.folder, '--report', report)).code, 0);
  });
});
