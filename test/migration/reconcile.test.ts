import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import type { Dump } from '../../src/migration/lx1/open-dump.ts';
import { reconcile, type Reconciled } from '../../src/migration/reconcile/reconcile.ts';
import { reportJson } from '../../src/migration/reconcile/report.ts';
import { totals } from '../../src/migration/reconcile/repository.ts';
import { sample } from '../../src/migration/sample/handle.ts';
import { readSigned, writeSigned } from '../../src/migration/signed-file.ts';
import { aDump, aFolder, keyPair } from '../../src/migration/testing.ts';
import { aStore, loadInto, type Store } from './store.ts';

// Shows: Migration | both stores are compared id by id in a signed report; mistakes of loaders are found

let store: Store;
let dump: Dump;
before(async () => {
  store = await aStore();
  ({ dump } = await aDump({ prescriptions: 400, perPart: 200, dirt: 8, seed: 5 }));
  await loadInto(store, dump);
});

/** What is found after a statement, which is then undone. */
async function foundAfter(...statements: readonly string[]): Promise<Reconciled> {
  const kept = [
    'prescriptions.prescription',
    'prescriptions.event',
    'prescriptions.message',
    'prescriptions.download_queue',
    'prescriptions.release_before',
    'migration.quarantine',
    'migration.dirty',
  ];
  for (const table of kept)
    await store.rows.all(`create table kept_${table.replace('.', '_')} as table ${table}`);
  try {
    for (const statement of statements) await store.rows.all(statement);
    return await reconcile(store.database, dump);
  } finally {
    for (const table of kept) {
      await store.rows.all(`truncate ${table}`);
      await store.rows.all(`insert into ${table} table kept_${table.replace('.', '_')}`);
      await store.rows.all(`drop table kept_${table.replace('.', '_')}`);
    }
  }
}

describe('an old and a new store', () => {
  test('that differ where the loader alone says that an order is damaged are not the same', async () => {
    const found = await foundAfter(`
      with one as (select prescription_id as id from prescriptions.download_queue
          where left_at is null order by 1 limit 1),
        gone as (delete from prescriptions.download_queue q using one
          where q.prescription_id = one.id and left_at is null)
      insert into migration.dirty (export_id, class, place) select export_id, 'D20', id
      from one, migration.export on conflict do nothing`);
    assert.match(found.differences.map(({ what }) => what).join('\n'), /^waitsFor$/m);
  });

  test('that are the same differ in nothing that no class explains', async () => {
    const found = await reconcile(store.database, dump);
    assert.deepEqual(found.differences.slice(0, 5), []);
    assert.equal(found.buckets.differing, 0);
    assert.equal(found.buckets.old, found.buckets.new);
    assert.ok(found.ids === 400 && found.events > 1000);
    assert.ok(Object.keys(found.explained).length >= 2, 'classes explain some');
    assert.ok(found.due.old > 100 && found.due.new > 100);
  });
});

const BACK = `select r.organisation, r.prescription_id, r.issue from prescriptions.release_before r
  join prescriptions.prescription p using (prescription_id)
  where exists (select from json_array_elements(p.state->'issues') i
    where (i->>'number')::int = r.issue and i->>'isReturned' = 'true') and p.state->>'held' is null limit 1`;

/** What else can be wrong in a store; test/migration/seeded-bugs.test.ts has the mistakes of loaders themselves. */
const MISTAKES: readonly (readonly [string, RegExp, ...string[]])[] = [
  [
    'a nomination is kept on a return',
    /the head is not what the events tell/,
    `update prescriptions.prescription p set state = jsonb_set(p.state::jsonb, '{nominated}', to_jsonb(back.organisation))::json
      from (${BACK}) as back where p.prescription_id = back.prescription_id`,
  ],
  [
    'events are put in another order',
    /event \d+ is not in the chain/,
    `update prescriptions.event e set data = other.data, kind = other.kind from prescriptions.event other
      where e.prescription_id = (select prescription_id from prescriptions.event where number = 3 limit 1)
        and other.prescription_id = e.prescription_id and (e.number, other.number) in ((2, 3), (3, 2))`,
  ],
  [
    'a message is tidied',
    /: messages/,
    `update prescriptions.message set body = convert_to(replace(convert_from(body, 'UTF8'), E'\\t', ' '), 'UTF8')
      where message_id = (select message_id from prescriptions.message where body <> '' limit 1)`,
  ],
  [
    'a prescription is lost',
    /: fate/,
    `delete from prescriptions.prescription where prescription_id = (
      select prescription_id from prescriptions.prescription where status = '0001' limit 1)`,
  ],
  [
    'a prescription comes from nowhere, as one of a test organisation',
    /records are of no id/,
    `insert into prescriptions.prescription select 'FFFFFF-Z99901-00000', version, status, expires_on, state, head_hash, due_on
      from prescriptions.prescription limit 1`,
  ],
  [
    'what falls due does so a year late',
    /: due/,
    `update prescriptions.prescription set state = replace(state::text, '"expiresOn":"2015-', '"expiresOn":"2016-')::json
      where status = '0001'`,
  ],
  [
    'no job ever finds what falls due',
    /: the day on which it is due is not kept/,
    `update prescriptions.prescription set due_on = null where prescription_id = (
      select prescription_id from prescriptions.prescription where due_on is not null limit 1)`,
  ],
  [
    'a pharmacy loses what waits for it',
    /: waitsFor/,
    `delete from prescriptions.download_queue where prescription_id = (
      select prescription_id from prescriptions.download_queue where left_at is null limit 1) and left_at is null`,
  ],
];

test('how many fall due on each day differs, where all do so a year late', async () => {
  const late = MISTAKES.find(([name]) => name === 'what falls due does so a year late') ?? [];
  const [, , ...statements] = late;
  const { due } = await foundAfter(...statements.map(String));
  assert.ok(due.differing > 20 && due.new < due.old, JSON.stringify(due));
  assert.equal((await reconcile(store.database, dump)).due.old, due.old);
});

describe('a mistake of a loader is found:', () => {
  for (const [name, finds, ...statements] of MISTAKES) {
    test(name, async () => {
      const { differences } = await foundAfter(...statements);
      assert.ok(differences.length > 0);
      assert.match(differences.map(({ id, what }) => `${id}: ${what}`).join('\n'), finds);
    });
  }
});

describe('a sample for people', () => {
  test('has ids of every class, the same ones for a seed, and what both stores say of them', async () => {
    const wanted = { count: 60, seed: 3 };
    const lines = await sample(store.database, dump, wanted);
    assert.equal(new Set(lines.map(({ id }) => id)).size, 60);
    assert.deepEqual(await sample(store.database, dump, wanted), lines);
    const classes = new Set(lines.flatMap((line) => line.classes.split(' ')));
    const found = await store.rows.all<{ class: string }>(
      `select distinct class from migration.dirty`,
    );
    assert.deepEqual(
      found.filter((one) => !classes.has(one.class)),
      [],
    );
    const clean = lines.filter((line) => line.classes === 'clean');
    assert.ok(clean.length > 0);
    assert.deepEqual(
      clean.filter((line) => line.old !== line.new),
      [],
    );
    assert.doesNotMatch(JSON.stringify(lines), /999\d{7}/, 'no NHS number is in it');
  });
});

describe('a report', () => {
  test('is verified by openssl, and by nobody once it was changed', async () => {
    const keys = keyPair();
    const folder = await aFolder();
    const found = await reconcile(store.database, dump);
    const about = {
      ...(await totals(store.database, dump.manifest.exportId)),
      reportId: crypto.randomUUID(),
      version: 'test',
      started: '2014-08-24T02:00:00Z',
      ended: '2014-08-24T02:00:10Z',
      seconds: 10,
      previous: null,
    };
    const file = join(folder, 'report.json');
    await writeSigned(file, reportJson(dump, found, about), keys.privateKey);
    writeFileSync(join(folder, 'key.pem'), keys.publicKey);
    const verify = ['pkeyutl', '-verify', '-pubin', '-rawin', '-inkey', join(folder, 'key.pem')];
    const verified = execFileSync('openssl', [...verify, '-in', file, '-sigfile', `${file}.sig`]);
    assert.match(verified.toString(), /Verified Successfully/);
    const report = JSON.stringify(await readSigned(file, keys.publicKey));
    assert.match(report, /"result":"clean"/);
    assert.doesNotMatch(report, /999\d{7}/, 'no NHS number is in it');
    writeFileSync(file, report.replace('"clean"', '"fine!"'));
    await assert.rejects(readSigned(file, keys.publicKey), /is not what was signed/);
  });
});
