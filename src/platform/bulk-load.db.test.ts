import assert from 'node:assert/strict';
import { test } from 'node:test';

import { testDatabase } from '../../test/support/database.ts';
import { type BulkLoad, copyLine, openBulkLoad } from './bulk-load.ts';
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
