// Shows: Operations | schema changes that the release before lives with: checked for each migration, and the code before the newest one runs on the new schema
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import pg from 'pg';

import { SCHEMAS } from '../../src/schemas.ts';
import { VERSION } from '../../src/version.ts';
import { execute, withDatabase } from '../support/global-setup.ts';
import { aJourney } from '../support/journey.ts';
import { freePort } from '../support/ports.ts';
import { testSpine, through } from '../support/server.ts';
import { catalogueOf, demandsOn } from './catalogue.ts';
import { earlierCode, unpacked } from './earlier-code.ts';

/**
 * A migration that takes something away says so in its first line, and since which release no code needs it:
 * `-- contract since 0.2.0: nothing reads it`. It may come with a later release, not with that one.
 */
const CONTRACT = /^-- contract since (\d+\.\d+\.\d+): \S/;

/** One that puts a wider rule in the place of another says so: `-- wider: one more status`. */
const WIDER = /^-- wider: \S/;

/** Older than the rule; no release has had what they took away. */
const BEFORE_THE_RULE: readonly string[] = [
  'demographics/0004_search_key_by_year.sql',
  'identity/0008_oauth.sql',
  'identity/0015_request_kinds.sql',
  'identity/0024_rate_period.sql',
  'identity/0025_card_series.sql',
  'local/0005_one_authority.sql',
  'prescriptions/0005_release_before.sql',
];

function isBefore(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) < 0;
}

/** Why a migration cannot come with this release. */
function faultsOf(text: string, demands: readonly string[]): readonly string[] {
  if (WIDER.test(text)) return demands.filter((demand) => !demand.startsWith('has a new rule'));
  if (demands.length === 0) return [];
  const since = CONTRACT.exec(text)?.[1];
  if (since === undefined) return demands;
  return isBefore(since, VERSION) ? [] : [`release ${since} has yet to come before it`];
}

describe('migrations', () => {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  let client: pg.Client;
  before(async () => {
    const server = process.env['OPENSPINE_TEST_DATABASE'] ?? '';
    await execute(server, `create database ${name}`);
    client = new pg.Client({ connectionString: withDatabase(server, name) });
    await client.connect();
  });
  after(async () => {
    await client.end();
    await execute(process.env['OPENSPINE_TEST_DATABASE'] ?? '', `drop database ${name}`);
  });

  test('leave all to the release before that it uses, or say since when nothing does', async () => {
    const faults: string[] = [];
    let was = await catalogueOf(client);
    for (const { schema, folder } of SCHEMAS) {
      await client.query(`create schema if not exists ${schema}`);
      for (const file of readdirSync(folder).toSorted()) {
        const text = readFileSync(new URL(file, folder), 'utf8');
        await client.query(text);
        const is = await catalogueOf(client);
        const path = `${schema}/${file}`;
        const found = BEFORE_THE_RULE.includes(path) ? [] : faultsOf(text, demandsOn(was, is));
        faults.push(...found.map((fault) => `${path} ${fault}`));
        was = is;
      }
    }
    assert.deepEqual(faults, []);
  });

  for (const [change, fault] of [
    ['drop table kept.thing', /takes kept\.thing\.id away/],
    ['alter table kept.thing rename column word to term', /takes kept\.thing\.word away/],
    ['alter table kept.thing alter word type integer using 1', /makes kept\.thing\.word a integer/],
    ['alter table kept.thing alter word set not null', /demands a value in kept\.thing\.word/],
    [
      'alter table kept.thing add more text not null',
      /demands a value in kept\.thing\.more, which/,
    ],
    ["alter table kept.thing add check (word <> '')", /has a new rule: kept\.thing CHECK/],
    ['create unique index on kept.thing (word)', /has a new rule: kept\.thing CREATE UNIQUE/],
  ] as const) {
    test(`are refused where they would stop the release before: ${change}`, async () => {
      await client.query('begin');
      await client.query('create schema kept');
      await client.query('create table kept.thing (id bigint primary key, word text)');
      const was = await catalogueOf(client);
      await client.query(change);
      const found = demandsOn(was, await catalogueOf(client));
      await client.query('rollback');
      assert.match(found.join('\n'), fault);
      assert.notDeepEqual(faultsOf(`-- contract since ${VERSION}: nothing reads it`, found), []);
      assert.deepEqual(faultsOf('-- contract since 0.0.1: nothing reads it', found), []);
    });
  }

  test('may add what nobody has to fill', async () => {
    await client.query('begin');
    await client.query('create schema kept');
    await client.query('create table kept.thing (id bigint primary key, word text)');
    const was = await catalogueOf(client);
    await client.query("alter table kept.thing add more text, add kind text not null default 'a'");
    await client.query('create table kept.other (id bigint primary key, word text not null)');
    await client.query('create index on kept.thing (word)');
    const found = demandsOn(was, await catalogueOf(client));
    await client.query('rollback');
    assert.deepEqual(found, []);
  });
});

const earlier = earlierCode();

describe('the code before the newest migration, on the schema of today', {
  skip: 'reason' in earlier ? earlier.reason : false,
}, () => {
  const spine = testSpine();
  let folder = '';
  let old: ChildProcess;
  let oldUrl = '';

  before(async () => {
    folder = unpacked('commit' in earlier ? earlier.commit : '');
    const port = await freePort();
    oldUrl = `http://127.0.0.1:${port}`;
    old = spawn(process.execPath, [join(folder, 'bin/spine.ts'), 'serve'], {
      env: { ...process.env, DATABASE_URL: spine().databaseUrl, OPENSPINE_PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await new Promise<void>((resolve, reject) => {
      old.once('message', () => resolve());
      old.once('exit', (code) => reject(new Error(`the earlier code ended with ${code}`)));
    });
  });
  after(async () => {
    const gone = new Promise((resolve) => old.once('exit', resolve));
    if (old.exitCode === null && old.kill('SIGTERM')) await gone;
    rmSync(folder, { recursive: true, force: true });
  });

  for (const first of ['the earlier code', 'the code of today']) {
    test(`sends, releases, dispenses and claims in turns with the code of today; ${first} begins`, async () => {
      const [today, before] = [spine(), through(spine(), oldUrl)];
      let turn = first === 'the earlier code' ? 0 : 1;
      const call: typeof today.call = (...asked) =>
        [before, today][turn++ % 2]?.call(...asked) ?? today.call(...asked);
      const journey = aJourney({ ...today, call });
      const steps = [
        await journey.send(),
        await journey.release(),
        await journey.dispense(['FullyDispensed']),
        await journey.claim(),
      ];
      assert.deepEqual(
        steps.map(({ status }) => status),
        [200, 200, 200, 200],
      );
      assert.equal(await journey.status(), '0008');
    });
  }
});
