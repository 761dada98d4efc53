import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { DatabaseUnavailable, violatedConstraint } from './database.ts';
import { sql } from './sql.ts';
import { testDatabase } from '../../test/support/database.ts';

const database = testDatabase();

async function table(): Promise<void> {
  await database().database.all(
    sql`create table if not exists platform.tally (n int primary key, xid text)`,
  );
  await database().database.all(sql`truncate platform.tally`);
}

const put = (n: number) => sql`
  insert into platform.tally values (${n}::int, pg_current_xact_id()::text) returning n`;

async function kept(): Promise<{ n: number; xid: string }[]> {
  return database().database.all(sql`select n, xid from platform.tally order by n`);
}

test('statements that come together are committed together, and each is answered with its own rows', async () => {
  await table();
  const numbers = Array.from({ length: 40 }, (_, n) => n);
  const answers = await Promise.all(
    numbers.map((n) => database().database.write<{ n: number }>(put(n))),
  );
  assert.deepEqual(
    answers.map(([row]) => row?.n),
    numbers,
  );
  const rows = await kept();
  assert.equal(rows.length, numbers.length);
  const commits = new Set(rows.map(({ xid }) => xid)).size;
  assert.ok(commits < 5, `${commits} commits`);
});

for (const time of ['first', 'once they are prepared']) {
  test(`a statement that fails takes none of its company with it (${time})`, async () => {
    await table();
    await database().database.write(put(7));
    const ended = await Promise.allSettled(
      [1, 2, 7, 3, 7, 4].map((n) => database().database.write(put(n))),
    );
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    );
    for (const one of ended) {
      if (one.status === 'rejected') assert.equal(violatedConstraint(one.reason), 'tally_pkey');
    }
    assert.deepEqual(
      (await kept()).map(({ n }) => n),
      [1, 2, 3, 4, 7],
    );
  });
}

test('a connection that is lost in the middle of a group leaves nothing half done, and the next write has a new one', async () => {
  await table();
  const dies = sql`select pg_terminate_backend(pg_backend_pid())`;
  const ended = await Promise.allSettled([
    database().database.write(put(0)),
    ...[put(1), dies, put(2)].map((one) => database().database.write(one)),
  ]);
  for (const one of ended.slice(1)) {
    assert.ok(one.status === 'rejected' && one.reason instanceof DatabaseUnavailable);
  }
  assert.ok((await kept()).every(({ n }) => n === 0));
  await database().database.write(put(9));
  assert.equal((await kept()).at(-1)?.n, 9);
});

test('an answer does not outlive whoever read it: no collection of the whole memory is needed for it', async () => {
  setFlagsFromString('--expose-gc');
  const collectYoung: (how: { type: 'minor' }) => void = runInNewContext('gc');
  const bytes = 50_000;
  const read = async (times: number): Promise<number> => {
    for (let n = 0; n < times; n += 1) {
      await database().database.all(sql`select repeat('a', ${bytes}::int) as filling`);
      if (n % 10 === 0) collectYoung({ type: 'minor' });
    }
    const old = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space');
    return old?.space_used_size ?? Number.NaN;
  };
  const before = await read(100);
  const grownBytes = (await read(300)) - before;
  assert.ok(grownBytes < 30 * bytes, `${grownBytes} bytes have become old`);
});
