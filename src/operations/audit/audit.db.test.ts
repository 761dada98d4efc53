import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { testDatabase } from '../../../test/support/database.ts';
import { ranOn } from '../../cli/testing.ts';
import { keepOrganisations } from '../../directory/index.ts';
import { copiedSeals } from '../../platform/audit/copy.ts';
import { auditJobs, copySeals, sealNext } from '../../platform/audit/jobs.ts';
import { keepPublicKey, openSealKey } from '../../platform/audit/key.ts';
import { sql } from '../../platform/sql.ts';
import { openBulkLoad } from '../../platform/bulk-load.ts';
import { auditCommands } from './cli.ts';

// Shows: Audit | lines are sealed by a key outside the database and copied; a changed, removed, inserted, exchanged or late one is told apart by the command, from the store and from an export
// Shows: Audit | a patient is shown who looked, and that look is in the trail too

const database = testDatabase();
const folder = mkdtempSync(join(tmpdir(), 'openspine-audit-'));
const copies = join(folder, 'a');
const PATIENT = '9000000009';
const logged: unknown[] = [];

after(() => rmSync(folder, { recursive: true, force: true }));

const audit = (...argv: string[]) => ranOn(database().url, auditCommands, ['audit', ...argv]);
const verify = async (...argv: string[]) => {
  const { code, stdout, stderr } = await audit('verify', '--folder', copies, '-o', 'json', ...argv);
  return code === 2 ? { code, stderr } : { code, ...JSON.parse(stdout) };
};
const execute = (text: string) => database().database.all({ text, values: [] });
const key = () => openSealKey(join(folder, 'key.pem'));

/** Lines of a day's work. */
function write(rows: number): Promise<unknown> {
  return database().database.write(sql`
    insert into platform.audit (at, interaction, request_id, user_id, organisation, nhs_number, outcome)
    select now(), 'patient-retrieve', gen_random_uuid(), '555086689106', 'A83008', ${PATIENT}, 'read ' || n
    from generate_series(1, ${rows}::int) n`);
}

const seal = async (): Promise<number> => {
  const sealed = await sealNext(database().database, await key());
  await copySeals(database().database, copies, (entry) => logged.push(entry));
  return sealed;
};

test('what was written is sealed once, in turn', async () => {
  const surgery = { ods: 'A83008', name: 'EXAMPLE SURGERY (SYNTHETIC)', city: 'TESTWICK' };
  const rest = { postcode: 'ZZ99 9AA', telephone: null, openedOn: null, closedOn: null };
  await database().database.write(
    keepOrganisations([{ ...surgery, ...rest, addressLines: [] }], new Date()),
  );
  await keepPublicKey(copies, await key());
  await seal(); // whatever was written when the database was made
  await write(20);
  assert.equal(await seal(), 20);
  await write(5);
  assert.equal(await seal(), 5);
  assert.equal(await seal(), 0);
});

describe('spine audit verify', () => {
  test('finds nothing wrong with what nobody touched, in all of it and in a range', async () => {
    const { code, findings, rows } = await verify();
    assert.deepEqual([code, findings], [0, []]);
    assert.ok(rows >= 25);
    assert.deepEqual((await verify('--from', '2026-01-01')).findings, []);
    assert.equal((await verify('--from', '2099-01-01')).code, 2);
  });

  test('tells what was changed, removed, exchanged or put in, and where', async () => {
    const lines = await database().database.all<{ id: number }>(sql`
      select id from platform.audit where outcome like 'read %' order by id`);
    const [first = 0, second = 0, third = 0] = lines.map(({ id }) => id);
    const firstPosition = (await verify()).rows - 25 + 1;
    for (const [tampering, found] of [
      [`update platform.audit set user_id = null where id = ${second}`, [['changed', 1]]],
      [`delete from platform.audit where id = ${third}`, [['missing', 2]]],
      [
        `update platform.audit set outcome = case id when ${first} then 'read 2' else 'read 1' end,
          request_id = (select request_id from platform.audit o where o.id = case a.id when ${first} then ${second} else ${first} end)
          from (select 1) x where platform.audit.id in (${first}, ${second})`.replaceAll(
          'a.id',
          'platform.audit.id',
        ),
        [
          ['reordered', 0],
          ['reordered', 1],
        ],
      ],
    ] as const) {
      const kept = await openBulkLoad(database().url);
      await kept.all(sql`create table public.kept as select * from platform.audit`);
      await execute(tampering);
      const { code, findings } = await verify();
      assert.equal(code, 5);
      const places = findings.map((one: { kind: string; position: number }) => [
        one.kind,
        one.position - firstPosition,
      ]);
      assert.deepEqual(places, found, tampering);
      await kept.all(sql`truncate platform.audit`);
      await kept.all(
        sql`insert into platform.audit overriding system value select * from public.kept`,
      );
      await kept.all(sql`drop table public.kept`);
      await kept.close();
      assert.equal((await verify()).code, 0);
    }
  });

  test('tells a line that is put in beside the others from one that is committed late', async () => {
    const late = await openBulkLoad(database().url);
    await late.all(sql`begin`);
    await late.all(sql`insert into platform.audit (at, interaction, request_id, outcome)
      values (now(), 'late', gen_random_uuid(), 'done')`);
    await write(1);
    await seal();
    await late.all(sql`commit`);
    await late.close();
    assert.deepEqual((await verify()).findings, []); // waited for
    await write(1);
    await seal();
    assert.deepEqual((await verify()).findings, []); // sealed
    await execute(`insert into platform.audit (id, at, interaction, request_id, outcome)
      overriding system value values (-5, now(), 'put-in', gen_random_uuid(), 'done')`);
    const { findings } = await verify();
    assert.deepEqual(
      findings.map((one: { kind: string; position: number; id: number }) => [
        one.kind,
        one.position,
        one.id,
      ]),
      [['inserted', 0, -5]],
    );
    await execute(`delete from platform.audit where id = -5`);
  });

  test('knows when seals are gone that were copied, and needs a key to believe any', async () => {
    await execute(
      `create table public.gone as select * from platform.audit_seal order by number desc limit 1`,
    );
    await execute(
      `delete from platform.audit_seal where number = (select number from public.gone)`,
    );
    const { code, findings } = await verify();
    assert.deepEqual([code, findings[0].kind], [5, 'truncated']);
    await execute(`insert into platform.audit_seal select * from public.gone`);
    const { code: none, stderr } = await audit('verify', '--folder', join(folder, 'nothing'));
    assert.equal(none, 2);
    assert.match(stderr, /no such file or directory/);
  });
});

describe('an export', () => {
  const file = join(folder, 'trail.ndjson');

  test('is verified without the database, and what is tampered with is found', async () => {
    const { code, stdout } = await audit('export', '--out', file);
    assert.equal(code, 0);
    assert.match(stdout, /lines under seals 1 to \d+/);
    assert.equal((await audit('export', '--out', file)).code, 2); // nothing is written over
    const offline = (path: string) => verify('--file', path);
    const [{ findings }, text] = [await offline(file), readFileSync(file, 'utf8')];
    assert.deepEqual(findings, []);
    const lines = text.split('\n');
    const place = lines.findIndex((line) => line.includes('"outcome":"read 3"'));
    const kinds = async (changed: readonly string[]) => {
      const other = join(folder, 'tampered.ndjson');
      writeFileSync(other, changed.join('\n'));
      return [...new Set((await offline(other)).findings.map((one: { kind: string }) => one.kind))];
    };
    const [line = '', next = ''] = lines.slice(place);
    assert.deepEqual(await kinds(lines.with(place, line.replace('A83008', 'A83009'))), ['changed']);
    assert.deepEqual(await kinds(lines.toSpliced(place, 1)), ['missing']);
    assert.deepEqual(await kinds(lines.with(place, next).with(place + 1, line)), ['reordered']);
    assert.deepEqual(await kinds(lines.toSpliced(place, 0, line.replace('{"id":', '{"id":9'))), [
      'inserted',
    ]);
    assert.deepEqual(
      await kinds(lines.slice(0, place)),
      ['truncated', 'missing'].toSorted().slice(1),
    );
    writeFileSync(join(folder, 'none.ndjson'), 'something\n');
    assert.match((await offline(join(folder, 'none.ndjson'))).stderr, /no export/);
  });
});

describe('copies outside the database', () => {
  test('hold every seal once, go on after a line that was broken off, and take no foreign one', async () => {
    const seals = await copiedSeals(copies);
    assert.deepEqual(
      seals.map(({ number }) => number),
      seals.map((_, place) => place + 1),
    );
    const month = (seals.at(-1)?.sealedAt ?? '').slice(0, 7);
    appendFileSync(join(copies, `seals-${month}.jsonl`), '{"number":');
    await write(1);
    await seal();
    assert.equal((await copiedSeals(copies)).length, seals.length + 1);
    assert.equal(logged.length, 0);
    await write(1);
    await sealNext(database().database, await openSealKey(join(folder, 'other', 'key.pem')));
    await copySeals(database().database, copies, (entry) => logged.push(entry));
    assert.equal(logged.length, 1);
    assert.equal((await copiedSeals(copies)).length, seals.length + 1);
    assert.equal((await verify()).code, 5);
    await execute(`delete from platform.audit_seal where number = ${seals.length + 2}`);
    assert.equal((await verify()).code, 0);
  });

  test('are made by a job of each datacentre', async () => {
    const place = { keyFile: join(folder, 'key.pem'), folder: join(folder, 'b') };
    const jobs = await auditJobs(database().database, 'b', place, (entry) => logged.push(entry));
    await write(1);
    for (const job of jobs) {
      assert.equal(await job.hasWork(), true);
      await job.run(() => Promise.resolve(true));
    }
    await copySeals(database().database, copies, (entry) => logged.push(entry));
    assert.deepEqual(await copiedSeals(place.folder), await copiedSeals(copies));
  });
});

describe('spine audit purge', () => {
  test('removes what is old enough, leaves its seals, and nothing else', async () => {
    const { rows, seals } = await verify();
    const [{ number } = { number: 0 }] = await database().database.all<{ number: number }>(sql`
      select number from platform.audit_seal where rows = 20`);
    assert.equal(JSON.parse((await audit('purge', '-o', 'json')).stdout).rows, 0);
    await execute(
      `update platform.audit_seal set sealed_at = sealed_at - interval '9 years' where rows = 20`,
    );
    const { stdout } = await audit('purge', '-o', 'json');
    assert.deepEqual(JSON.parse(stdout), { seals: 1, rows: 20 });
    await execute(
      `update platform.audit_seal set sealed_at = sealed_at + interval '9 years' where rows = 20`,
    );
    const after = await verify();
    assert.deepEqual([after.rows, after.seals, after.purged], [rows - 20, seals, 1]);
    // The time is signed: who moves it back to purge something that is younger is found out.
    assert.deepEqual(
      after.findings.map((one: { kind: string; text: string }) => [one.kind, one.text]),
      [['missing', `the rows of seal ${number} are gone, and it is too young for that`]],
    );
    assert.equal((await audit('purge', '--retention-years', '0')).code, 2);
  });
});

describe('who looked', () => {
  test('is shown of a patient, with the name of the organisation, and looking is a line itself', async () => {
    const { code, stdout } = await audit('patient', '900 000 0009');
    assert.equal(code, 0);
    assert.match(stdout, /555086689106 of EXAMPLE SURGERY \(SYNTHETIC\): patient-retrieve, read 5/);
    const again = await audit('patient', PATIENT, '-o', 'ndjson');
    const lines = again.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(lines.filter(({ interaction }) => interaction === 'audit-patient').length, 2);
  });

  test('is found by person, organisation, interaction and time, the latest first', async () => {
    const search = async (...argv: string[]) =>
      JSON.parse((await audit('search', '-o', 'json', ...argv)).stdout);
    assert.equal((await search('--user', '555086689106', '--limit', '3')).length, 3);
    assert.equal((await search('--organisation', 'a83008', '--interaction', 'nothing')).length, 0);
    assert.equal((await search('--patient', PATIENT, '--to', '2020-01-01')).length, 0);
    const [latest, ...others] = await search('--patient', PATIENT);
    assert.equal(latest.interaction, 'audit-search');
    assert.ok(others.length > 5);
    const [found] = await search('--request', latest.requestId);
    assert.equal(found.id, latest.id);
    for (const [argv, said] of [
      [['search', '--patient', '123'], /--patient is an NHS number/],
      [['search', '--from', 'yesterday'], /--from is a day or an instant/],
      [['search', '--request', 'x'], /--request is a UUID/],
      [['search', '--limit', '0'], /--limit is a number/],
      [['patient', '123'], /name an NHS number/],
      [['export'], /--out names the file/],
    ] as const) {
      const { code, stderr } = await audit(...argv);
      assert.equal(code, 2);
      assert.match(stderr, said);
    }
  });
});
