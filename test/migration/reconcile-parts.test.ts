// Shows: Migration | a comparison says at which level stores differ, what each would answer, and opens one bucket or one organisation
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { ranOn } from '../../src/cli/testing.ts';
import { present } from '../../src/kernel/bug.ts';
import { openSnapshot } from '../../src/platform/snapshot.ts';
import { bucketOf } from '../../src/migration/reconcile/buckets.ts';
import { reconcileCommand } from '../../src/migration/reconcile/cli.ts';
import { reconcile, type Reconciled } from '../../src/migration/reconcile/reconcile.ts';
import { type Scope, WHOLE } from '../../src/migration/reconcile/scope.ts';
import { followed } from '../../src/migration/scenario/switch.ts';
import { aDump, aFolder, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import { aBulk, aStore, loadInto, type Store } from './store.ts';

let store: Store;
let made: Generated;
before(async () => {
  store = await aStore();
  made = await aDump({ prescriptions: 300, perPart: 100, dirt: 6, seed: 9, changing: 0.2 });
  await loadInto(store, made.dump);
});

const ALL: Scope = { ...WHOLE, samplePermille: 1000 };

function found(scope: Partial<Scope> = {}): Promise<Reconciled> {
  return reconcile(store.database, made.dump, undefined, { ...ALL, ...scope });
}

/** What is found after a statement, which is then undone. */
async function foundAfter(statement: string, scope: Partial<Scope> = {}): Promise<Reconciled> {
  const kept = ['prescriptions.prescription', 'prescriptions.download_queue'];
  for (const table of kept) {
    await store.rows.all(`create table kept_${table.replace('.', '_')} as table ${table}`);
  }
  try {
    await store.rows.all(statement);
    return await found(scope);
  } finally {
    for (const table of kept) {
      await store.rows.all(`truncate ${table}`);
      await store.rows.all(`insert into ${table} table kept_${table.replace('.', '_')}`);
      await store.rows.all(`drop table kept_${table.replace('.', '_')}`);
    }
  }
}

function wordsOf({ differences }: Reconciled): string {
  return differences.map(({ level, id, what }) => `${level} ${id}: ${what}`).join('\n');
}

async function one(statement: string): Promise<Record<string, string>> {
  return present((await store.rows.all<Record<string, string>>(`${statement} limit 1`))[0], 'row');
}

const WAITS = `select q.prescription_id as id, q.organisation as org from prescriptions.download_queue q
  where q.left_at is null and not exists (select from migration.dirty d where d.place = q.prescription_id)`;
const HAS = `select p.prescription_id as id, i->'holding'->'holder'->'organisation'->>'ods' as org
  from prescriptions.prescription p, json_array_elements(p.state->'issues') i
  where p.status = '0002' and json_array_length(p.state->'issues') = 1
    and not exists (select from migration.dirty d where d.place = p.prescription_id)`;

describe('stores that are the same', () => {
  test('hand out, hold and answer the same, id by id, and count the same at every level', async () => {
    const all = await found();
    assert.equal(wordsOf(all), '');
    const { downloads, holders, asked } = all.meant;
    assert.ok(downloads > 20 && holders > 20 && asked > 200, JSON.stringify(all.meant));
    assert.ok(all.counts > 100);
    const few = await found({ samplePermille: 100 });
    assert.ok(few.meant.asked > 0 && few.meant.asked < asked);
  });
});

describe('what is wrong is found at its level:', () => {
  test('a prescription of another prescriber and day is one of counts and content', async () => {
    const { id } = await one(WAITS);
    const words = wordsOf(
      await foundAfter(`update prescriptions.prescription
        set state = jsonb_set(jsonb_set(state::jsonb, '{prescriber}', '"ZZ998"'), '{prescribedAt}', '"2013-01-01T00:00:00.000Z"')::json
        where prescription_id = '${id}'`),
    );
    assert.match(words, /L1 : count of prescriber ZZ998: 1 where 0 were/);
    assert.match(words, /L1 : count of day 20130101: 1 where 0 were/);
    assert.match(words, new RegExp(`L2 ${id}: about`));
  });

  test('what waits and is not handed out, as nobody is nominated, is missing in a download that is played', async () => {
    const { id, org } = await one(WAITS);
    const scope = { levels: new Set(['L3'] as const) };
    const words = wordsOf(
      await foundAfter(
        `update prescriptions.prescription set state = jsonb_set(state::jsonb, '{nominated}', 'null')::json
          where prescription_id = '${id}'`,
        scope,
      ),
    );
    assert.match(words, new RegExp(`L3 : automatic download of ${org}: \\d+ where \\d+ were`));
  });

  test('a holder who is another is one of what each has', async () => {
    const { id, org } = await one(HAS);
    const words = wordsOf(
      await foundAfter(`update prescriptions.prescription
        set state = replace(state::text, '"ods":"${org}"', '"ods":"ZZ997"')::json where prescription_id = '${id}'`),
    );
    assert.match(words, new RegExp(`L3 : what is with the dispenser of ${org}: `));
    assert.match(words, /L3 : what is with the dispenser of ZZ997: 1 where 0 were/);
  });

  test('a record that answers otherwise is found by the messages that are asked without an effect', async () => {
    const { id } = await one(HAS);
    const words = wordsOf(
      await foundAfter(`update prescriptions.prescription
        set state = replace(state::text, '"status":"WithDispenser"', '"status":"Dispensed"')::json
        where prescription_id = '${id}'`),
    );
    for (const [asked, is, was] of [
      ['release', 'AlreadyDispensed', 'WithAnotherDispenser'],
      ['cancel', 'R-0004', 'R-0002'],
      ['dispense', 'InvalidPrescriptionTransition', 'accepted'],
      ['claim', 'accepted', 'ClaimNotDispensed'],
    ]) {
      assert.match(words, new RegExp(`L3 ${id}: dry run of ${asked}: ${is} where ${was} was`));
    }
  });
});

describe('a part of a comparison', () => {
  test('is one bucket, opened to what either store says', async () => {
    const { id = '' } = await one(HAS);
    const bucket = bucketOf(id);
    const clean = await found({ bucket });
    assert.equal(wordsOf(clean), '');
    assert.ok(clean.ids >= 1 && clean.ids < 20, `${clean.ids} ids`);
    const words = wordsOf(
      await foundAfter(
        `update prescriptions.prescription set state = replace(state::text, '"WithDispenser"', '"Dispensed"')::json
          where prescription_id = '${id}'`,
        { bucket },
      ),
    );
    assert.match(words, new RegExp(`L2 ${id}: issues: \\[\\[1,"0006".* where \\[\\[1,"0002"`));
    const gone = await foundAfter(
      `delete from prescriptions.prescription where prescription_id = '${id}'`,
      { bucket },
    );
    assert.match(wordsOf(gone), new RegExp(`L2 ${id}: fate: "nothing" where "live" was`));
    const others = await foundAfter(
      `delete from prescriptions.prescription where prescription_id = '${id}'`,
      { bucket: (bucket + 1) % 4096 },
    );
    assert.equal(wordsOf(others), '');
  });

  test('is one organisation, with the ids of its download', async () => {
    const { id, org = '' } = await one(WAITS);
    const clean = await found({ organisation: org });
    assert.equal(wordsOf(clean), '');
    assert.ok(clean.ids > 0 && clean.ids < 150, `${clean.ids} ids`);
    const statement = `delete from prescriptions.download_queue where prescription_id = '${id}' and left_at is null`;
    const words = wordsOf(await foundAfter(statement, { organisation: org }));
    assert.match(words, new RegExp(`L2 ${id}: waitsFor: "" where "${org}" was`));
    assert.match(words, new RegExp(`automatic download of ${org}: .*missing: ${id}; more: none`));
    const more = await foundAfter(
      `insert into prescriptions.prescription select 'FFFFFF-Z99901-00000', version, status, expires_on,
          jsonb_set(state::jsonb, '{prescriber}', '"${org}"')::json, head_hash, due_on
        from prescriptions.prescription where prescription_id = '${id}'`,
      { organisation: org },
    );
    assert.match(wordsOf(more), /L1 FFFFFF-Z99901-00000: the old store has no such id/);
  });
});

describe('spine migrate reconcile', () => {
  async function run(...words: readonly string[]) {
    const folder = await aFolder();
    const key = join(folder, 'key.pem');
    writeFileSync(key, EXPORTER.publicKey);
    const report = join(folder, 'report.json');
    const all = ['migrate', 'reconcile', made.dump.folder, '--key', key, '--report', report];
    const ran = await ranOn(store.url, [reconcileCommand('test')], [...all, ...words]);
    return { ...ran, report: existsSync(report) ? readFileSync(report, 'utf8') : '' };
  }

  test('signs what was looked at, level by level; only all of it counts for the switch', async () => {
    const reports = () => store.rows.all('select from migration.report');
    const part = await run('--level', 'l1, L4', '--bucket', '7');
    assert.equal(part.code, 0, part.stderr);
    assert.match(part.report, /"scope":\{"levels":\["L1","L4"\],"of":"bucket 7","seed":1\}/);
    assert.match(part.report, /"level":"L4","looked":\{"events":\d+\},"result":"clean"/);
    assert.equal((await reports()).length, 0);
    const whole = await run('--sample', '100', '--seed', '4');
    assert.equal(whole.code, 0, whole.stderr);
    assert.match(whole.report, /"level":"L0","looked":\{"files":\d+\}/);
    assert.equal((await reports()).length, 1);
  });

  test('refuses what is no level, bucket, organisation or share', async () => {
    for (const [flag, value] of [
      ['--level', 'L9'],
      ['--bucket', '4096'],
      ['--bucket', 'x'],
      ['--org', ' '],
      ['--sample', '1001'],
      ['--seed', '-1'],
    ] as const) {
      const { code, stderr, report } = await run(`${flag}=${value}`);
      assert.deepEqual([code, report], [2, ''], `${flag} ${value}`);
      assert.ok(stderr.includes(`${flag} is`), stderr);
    }
  });
});

describe('a snapshot', () => {
  test('is of one change of the old store, whatever is applied meanwhile', async () => {
    const snapshot = await openSnapshot(store.url);
    const before = await reconcile(snapshot, made.dump, undefined, ALL);
    const bulk = await aBulk(store);
    await followed({
      bulk,
      database: store.database,
      dump: made.dump,
      folder: made.folder,
      keys: EXPORTER,
    });
    const same = await reconcile(snapshot, made.dump, undefined, ALL);
    assert.deepEqual([wordsOf(same), same.changeSeq], ['', before.changeSeq]);
    await assert.rejects(
      snapshot.all({ text: 'delete from migration.report', values: [] }),
      /^DatabaseUnavailable/,
    );
    await snapshot.close();
    const after = await found();
    assert.equal(wordsOf(after), '');
    assert.ok(after.changeSeq > before.changeSeq);
  });
});
