// Shows: Migration | a report is verified offline: its signature, that it names the report before it, and any bucket of its export computed once more
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { ran, ranOn } from '../../src/cli/testing.ts';
import { present } from '../../src/kernel/bug.ts';
import { bucketOf } from '../../src/migration/reconcile/buckets.ts';
import { reconcileCommand } from '../../src/migration/reconcile/cli.ts';
import { writeSigned } from '../../src/migration/signed-file.ts';
import { aDump, aFolder, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import { verifyReportCommand } from '../../src/migration/verify-report/cli.ts';
import { aStore, loadInto, type Store } from './store.ts';

let store: Store;
let made: Generated;
let folder: string;
let key: string; // of the export
let last: string;
let first: string;
before(async () => {
  store = await aStore();
  made = await aDump({ prescriptions: 60, perPart: 30, dirt: 4, seed: 71 });
  await loadInto(store, made.dump);
  folder = await aFolder();
  key = join(folder, 'key.pem');
  last = join(folder, 'last.json');
  first = join(folder, 'first.json');
  writeFileSync(key, EXPORTER.publicKey);
  await compare();
  for (const ending of ['', '.sig']) copyFileSync(`${last}${ending}`, `${first}${ending}`);
  await compare();
});

async function compare(): Promise<void> {
  const words = ['migrate', 'reconcile', made.dump.folder, '--key', key, '--report', last];
  const { code, stderr } = await ranOn(store.url, [reconcileCommand('test')], words);
  assert.equal(code, 0, stderr);
}

function verify(...words: readonly string[]) {
  return ran([verifyReportCommand], ['migrate', 'verify-report', ...words]);
}

describe('a report', () => {
  test('names the one before it: none can be left out or put between', async () => {
    const both = await verify(last, first);
    assert.equal(both.code, 0, both.stderr);
    assert.match(both.stdout, /and so are the 1 before it/);
    for (const words of [
      [first, last],
      [last, last],
      [last, first, first],
    ]) {
      const { code, stderr } = await verify(...words);
      assert.equal(code, 12);
      assert.match(stderr, /is not the report before/);
    }
  });

  test('has every bucket of its export, which anybody computes once more', async () => {
    const id = present(made.truths[0], 'truth').id.slice(0, -1);
    const full = String(bucketOf(id));
    const of = ['--export', made.dump.folder, '--export-key', key];
    const found = await verify(last, '--bucket', full, ...of);
    assert.equal(found.code, 0, found.stderr);
    assert.match(
      found.stdout,
      new RegExp(`bucket ${full} of the export is [1-9]\\d*:[\\w-]{43}, as it says`),
    );
    const other = await aDump({ prescriptions: 60, perPart: 30, dirt: 4, seed: 72 });
    const wrong = await verify(
      last,
      '--bucket',
      full,
      '--export',
      other.dump.folder,
      '--export-key',
      key,
    );
    assert.equal(wrong.code, 12);
    assert.match(wrong.stderr, /the report is of another export/);
    const forged = join(folder, 'forged.json');
    const said: { buckets: { exported: string[] } } = JSON.parse(readFileSync(last, 'utf8'));
    said.buckets.exported[Number(full)] = '0:AAAA';
    await writeSigned(forged, said, readFileSync(join(folder, 'report-key-private.pem'), 'utf8'));
    assert.equal((await verify(forged)).code, 0);
    const bucket = await verify(forged, '--bucket', full, ...of);
    assert.equal(bucket.code, 12);
    assert.match(bucket.stderr, /and the report says 0:AAAA/);
  });

  test('is not looked at by half: a bucket is of an export', async () => {
    for (const words of [
      [],
      [last, '--bucket', '7'],
      [last, '--bucket', '4096', '--export', 'x', '--export-key', key],
    ]) {
      assert.equal((await verify(...words)).code, 2);
    }
  });
});
