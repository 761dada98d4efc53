import assert from 'node:assert/strict';
import { test } from 'node:test';

import { testDatabase } from '../../test/support/database.ts';
import { type BulkLoad, copyLine, CopyRows, openBulkLoad } from './bulk-load.ts';
import { DatabaseUnavailable, DiskFull } from './database.ts';
import { sql } from './sql.ts';

const database = testDatabase();

async function withLoad(work: (load: BulkLoad) => Promise<void>): Promise<void> {
  const load = await openBulkLoad(database().url);
  try {
    await load.all(
      sql`create table if not exists public.copied (id integer primary key, words text)`,
    );
    await work(load);
  } finally {
    await load.close();
  }
}

const rowsOf = () =>
  database().database.all<{ id: number; words: string | null }>(sql`
  select id, words from public.copied order by id`);

test('rows arrive as they were, whatever characters are in them', () =>
  withLoad(async (load) => {
    const words = [
      '',
      'a\tb',
      'a\\b',
      '\\N',
      'a\r\nb',
      "O'Brien; drop table copied --",
      'ÅÉ😀',
      null,
    ];
    const lines = words.map((text, id) => copyLine([id, text])).join('');
    await load.copy('public.copied (id, words)', lines);
    assert.deepEqual(
      await rowsOf(),
      words.map((text, id) => ({ id, words: text })),
    );
  }));

test('rows that are gathered are those that were added since they were cleared, however long', () =>
  withLoad(async (load) => {
    const before = await rowsOf();
    const rows = new CopyRows(['integer', 'text']);
    rows.add([1, 'of the time before']);
    rows.clear();
    const words = Array.from({ length: 40 }, (_, n) => 'Å😀\\'.repeat(10_000 + n)); // more than one message holds
    for (const [n, text] of words.entries()) rows.add([50 + n, text]);
    await load.copy('public.copied (id, words)', rows);
    const kept = (await rowsOf()).filter(({ id }) => id >= 50);
    assert.deepEqual(
      kept,
      words.map((text, n) => ({ id: 50 + n, words: text })),
    );
    assert.equal((await rowsOf()).length, before.length + words.length);
  }));

test('values that are gathered arrive as what their types say, absent ones as null', () =>
  withLoad(async (load) => {
    await load.all(sql`create table public.typed (number smallint, day date, at timestamptz,
      id uuid, bytes bytea, words text[], document json)`);
    const rows = new CopyRows([
      'smallint',
      'date',
      'timestamptz',
      'uuid',
      'bytea',
      'text[]',
      'json',
    ]);
    const id = '0a1b2c3d-4e5f-6789-abcd-ef0123456789';
    const words = ['a,b', '{}', 'Å"'];
    for (const [number, day, at] of [
      [-2, '1904-02-29', '1999-12-31T23:59:59.999Z'],
      [7, '2099-12-31', '2014-08-24T02:00:00.001Z'],
    ] as const) {
      rows.add([number, day, at, id, Buffer.from([0, 0x5c, 0xff]), words, '{"a": "\\\\"}']);
    }
    rows.add([1, null, null, null, null, [], null]);
    await load.copy('public.typed (number, day, at, id, bytes, words, document)', rows);
    const kept = await load.all<{ line: string }>(sql`
      select concat_ws(' ', number, day, (at at time zone 'UTC')::text, id, bytes, document) as line,
        words from public.typed order by number`);
    const rest = `${id} \\x005cff {"a": "\\\\"}`;
    assert.deepEqual(kept, [
      { line: `-2 1904-02-29 1999-12-31 23:59:59.999 ${rest}`, words },
      { line: '1', words: [] },
      { line: `7 2099-12-31 2014-08-24 02:00:00.001 ${rest}`, words },
    ]);
  }));

test('a value that is none of its type is never sent as another', () => {
  for (const [type, value] of [
    ['integer', Number.NaN],
    ['integer', 1.5],
    ['smallint', 40_000],
    ['date', '2014-02-31x'],
    ['timestamptz', 'yesterday'],
    ['uuid', '0a1b2c3d'],
    ['uuid', '0a1b2c3d-4e5f-6789-abcd-ef012345678g'],
    ['text', 5],
    ['bytea', 'ff'],
  ] as const) {
    assert.throws(() => new CopyRows([type]).add([value]), `${type} ${value}`);
  }
  assert.throws(() => new CopyRows(['text', 'text']).add(['one']));
});

test('of rows of which one is refused none is kept, and the connection goes on', () =>
  withLoad(async (load) => {
    const kept = await rowsOf();
    const both = async (): Promise<void> => {
      await load.copy('public.copied (id)', copyLine([100]));
      await load.copy('public.copied (id)', copyLine([101]) + copyLine([0]));
    };
    await assert.rejects(load.together(both), /duplicate key/);
    assert.deepEqual(await rowsOf(), kept);
    await load.together(() => load.copy('public.copied (id)', copyLine([102])));
    assert.equal((await rowsOf()).length, kept.length + 1);
  }));

test('a connection that is lost is told of to whoever uses it, and what was not whole is not there', () =>
  withLoad(async (load) => {
    const kept = await rowsOf();
    const [own] = await load.all<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    const cut = load.together(async () => {
      await load.copy('public.copied (id)', copyLine([200]));
      await database().database.all(sql`select pg_terminate_backend(${own?.pid ?? 0})`);
      await load.copy('public.copied (id)', copyLine([201]));
    });
    await assert.rejects(cut, DatabaseUnavailable);
    await assert.rejects(load.all(sql`select 1`), DatabaseUnavailable);
    assert.deepEqual(await rowsOf(), kept);
  }));

test('a disk that is full is no mistake of the rows', () =>
  withLoad(async (load) => {
    await load.all(sql`
      create or replace function public.full() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`);
    await load.all(sql`
      create trigger full_disk before insert on public.copied for each row when (new.id = 300)
      execute function public.full()`);
    await assert.rejects(load.copy('public.copied (id)', copyLine([300])), DiskFull);
  }));
