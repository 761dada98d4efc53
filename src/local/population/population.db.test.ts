import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { testDatabase } from '../../../test/support/database.ts';
import { ranOn } from '../../cli/testing.ts';
import { nameFault } from '../../demographics/fields/name.ts';
import { importMany, importPatients, type PatientRecord } from '../../demographics/index.ts';
import { sensitivityOf } from '../../demographics/record.ts';
import { bornWithin } from '../../demographics/search/repository.ts';
import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import { type BulkLoad, openBulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { populationCommands } from './cli.ts';
import { codesFor, organisationsFor } from './organisations.ts';
import { populationOf } from './patient-record.ts';
import { beginTwoPersonRule } from '../../identity/registration/index.ts';
import { numberAt, POPULATION_MAX } from './person.ts';

// Shows: Personal Demographics Service | a generated population is the same for the same seed, marked as invented, and has every rare kind of record

const database = testDatabase();
const N = 2_500;
const PEOPLE = [...populationOf(N, 1)];

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks into the JSON of a record
const patientOf = (record: PatientRecord | undefined): any => record?.patient;

describe('a generated population', () => {
  test('is the same for the same seed, and another for another', () => {
    assert.deepEqual([...populationOf(N, 1)], PEOPLE);
    const others = [...populationOf(N, 2)];
    const birthDates = (people: readonly PatientRecord[]) =>
      people.map((one) => patientOf(one).birthDate);
    assert.notDeepEqual(birthDates(others), birthDates(PEOPLE));
    assert.deepEqual(
      others.map(({ nhsNumber }) => nhsNumber),
      PEOPLE.map(({ nhsNumber }) => nhsNumber),
    );
  });

  test('has numbers of its own that nobody is given, and names that may be written, each marked', () => {
    const numbers = PEOPLE.map(({ nhsNumber }) => nhsNumber);
    assert.equal(new Set(numbers).size, N);
    assert.ok(numbers.every((number) => /^9[5-8]/.test(number) && parseNhsNumber(number) !== null));
    assert.match(numberAt(POPULATION_MAX - 1), /^98/);
    for (const record of PEOPLE) {
      const [name] = patientOf(record).name;
      assert.equal(nameFault(name, 'name/0', '2026-01-01'), null);
      assert.deepEqual(name.suffix, ['XXTEST']);
    }
  });

  test('has restricted, very restricted, invalidated, deceased and merged records in their shares', () => {
    const of = (code: string) => PEOPLE.filter(({ patient }) => sensitivityOf(patient) === code);
    const merged = PEOPLE.filter(({ supersededBy }) => supersededBy !== null);
    const dead = PEOPLE.filter((one) => patientOf(one).deceasedDateTime !== undefined);
    assert.deepEqual(
      [of('R').length, of('V').length, of('REDACTED').length, merged.length, dead.length],
      [25, 2, 1, 12, 125],
    );
    const byNumber = new Map(PEOPLE.map((one) => [one.nhsNumber, one]));
    for (const { supersededBy } of merged) {
      assert.equal(byNumber.get(supersededBy ?? '')?.supersededBy, null);
    }
  });

  test('goes to practices and dispensers that the directory has', () => {
    const codes = new Set(organisationsFor(N).map(({ ods }) => ods));
    const named = JSON.stringify(PEOPLE).match(/"XX[PFAD]\d{4}"/g) ?? [];
    assert.ok(named.length > N);
    assert.ok(named.every((code) => codes.has(code.slice(1, -1))));
    assert.deepEqual(
      Object.values(codesFor(1_000_000)).map((list) => list.length),
      [126, 223, 11, 21],
    );
  });
});

describe('records in numbers', () => {
  const digestOf = async (load: BulkLoad): Promise<string> => {
    const [row] = await load.all<{ digest: string }>(sql`
      select md5((select string_agg(concat(nhs_number, version, superseded_by, birth_on, state::jsonb), '|' order by nhs_number) from demographics.patient p)
        || (select string_agg(concat(nhs_number, version, kind, data::jsonb), '|' order by nhs_number) from demographics.event e)
        || (select string_agg(concat(nhs_number, site, version, ods, began::jsonb ->> 'access'), '|' order by nhs_number, site) from demographics.nomination)
        || (select string_agg(concat(bucket, key, body::jsonb -> 'standing'), '|' order by key, body::text) from platform.outbox where topic = 'patient-changed')
        || (select string_agg(k::text, '|' order by key, nhs_number) from demographics.search_key k)) as digest`);
    return row?.digest ?? '';
  };
  const empty = (load: BulkLoad) =>
    load.all(sql`
      with p as (delete from demographics.patient), e as (delete from demographics.event),
        n as (delete from demographics.nomination),
        o as (delete from platform.outbox where topic = 'patient-changed')
      delete from demographics.search_key`);

  test('come in as those of a file do, once', async () => {
    const load = await openBulkLoad(database().url);
    const some = PEOPLE.slice(0, 300);
    const added = some.length;
    const done: number[] = [];
    const options = {
      databaseUrl: database().url,
      at: new Date(),
      onProgress: (count: number) => done.push(count),
    };
    assert.deepEqual(await importMany(some, options), { added, known: 0 });
    const digest = await digestOf(load);
    assert.notEqual(digest, '');
    assert.deepEqual(await importMany(some, options), { added: 0, known: added });
    assert.equal(await digestOf(load), digest);
    assert.deepEqual(done, [added, added]);
    await empty(load);
    const file = some.map(({ version: _version, supersededBy, coverage: _none, ...record }) => ({
      ...record,
      ...(supersededBy === null ? {} : { supersededBy }),
    }));
    assert.deepEqual(await importPatients(database().database, file, new Date()), {
      ok: true,
      value: { added, known: 0 },
    });
    assert.equal(await digestOf(load), digest);
    await empty(load);
    await load.close();
  });
});

describe('a search of a month', () => {
  test('looks at the keys of its year alone, by one name or by two', async () => {
    for (const lists of [[['NASHLEY|']], [['SA240'], ['SJ500', 'SJ000']]]) {
      const plan: string[] = [];
      const explaining: Database = {
        ...database().database,
        all: async ({ text, values }) => {
          const explained = { text: `explain ${text}`, values };
          const rows = await database().database.all<{ 'QUERY PLAN': string }>(explained);
          plan.push(...rows.map((row) => row['QUERY PLAN']));
          return [];
        },
      };
      const days = { from: '1980-03-01', to: '1980-03-31' };
      assert.deepEqual(await bornWithin(explaining, days, lists, 10), []);
      assert.match(plan.join('\n'), /Index Cond: \(\(born_year = y\.year\) AND \(key >= /);
    }
  });
});

describe('spine generate patients', () => {
  const generate = (...argv: string[]) =>
    ranOn(database().url, populationCommands, ['generate', 'patients', ...argv]);

  test('keeps as many as it is told, and who is there already stays', async () => {
    const first = await generate('--n', '300', '-o', 'json');
    assert.equal(first.code, 0, first.stderr);
    const { perSecond, ...counts } = JSON.parse(first.stdout);
    assert.deepEqual(counts, { added: 300, known: 0 });
    assert.ok(perSecond > 0);
    const more = await generate('--n', '400', '-o', 'json');
    assert.deepEqual(JSON.parse(more.stdout).added, 100);
    const load = await openBulkLoad(database().url);
    const [merged] = await load.all(sql`
      select superseded_by from demographics.patient where nhs_number = ${numberAt(199)}`);
    const [pharmacy] = await load.all(sql`
      select name from directory.organisation where ods = 'XXF0000'`);
    await load.close();
    assert.deepEqual(merged, { superseded_by: numberAt(198) });
    assert.deepEqual(pharmacy, { name: 'EXAMPLE PHARMACY 1 (SYNTHETIC)' });
  });

  test('says what is wrong with a number', async () => {
    for (const [argv, said] of [
      [[], /--n is a number from 1 to 4000000/],
      [['--n', '0'], /--n is a number/],
      [['--n', '4000001'], /--n is a number/],
      [['--n', '10', '--seed', 'x'], /--seed is a number/],
    ] as const) {
      const { code, stderr } = await generate(...argv);
      assert.equal(code, 2);
      assert.match(stderr, said);
    }
  });

  test('puts nobody into the database of a live installation', async () => {
    await beginTwoPersonRule(database().database, new Date());
    const { code, stderr } = await generate('--n', '500');
    assert.equal(code, 1);
    assert.match(stderr, /live installation, where invented patients have no place/);
    const [row] = await database().database.all<{ n: number }>(sql`
      select count(*)::int as n from demographics.patient where nhs_number = ${numberAt(450)}`);
    assert.equal(row?.n, 0);
  });
});
