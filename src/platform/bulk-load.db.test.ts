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
    const rows = new CopyRows();
    rows.add([1, 'of the time before']);
    rows.clear();
    const words = Array.from({ length: 40 }, (_, n) => 'Å😀\\'.repeat(10_000 + n)); // more than one message holds
    for (const [n, text] of words.entries()) rows.add([50 + n, text]);
    await load.copy('public.copied (id, words)', rows.bytes);
    const kept = (await rowsOf()).filter(({ id }) => id >= 50);
    assert.deepEqual(
      kept,
      words.map((text, n) => ({ id: 50 + n, words: text })),
    );
    assert.equal((await rowsOf()).length, before.length + words.length);
  }));

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
