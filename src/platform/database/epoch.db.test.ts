// Shows: Datacentres | every write carries its epoch: an older one is refused in its own transaction, and a primary that was one before is not written to
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import {
  DatabaseUnavailable,
  type OpenDatabase,
  openDatabase,
  type Statement,
} from '../database.ts';
import { sql } from '../sql.ts';
import { execute } from '../../../test/support/global-setup.ts';
import { testDatabase } from '../../../test/support/database.ts';

const database = testDatabase();

describe('the epoch of the writes', () => {
  let ours: OpenDatabase;
  const put = (n: number) => sql`insert into platform.tally values (${n}::int) returning n`;
  const kept = async (): Promise<number[]> => {
    const rows = await ours.all<{ n: number }>(sql`select n from platform.tally order by n`);
    return rows.map(({ n }) => n);
  };
  /** Behind the back of the process, as another primary would. */
  const set = (what: string): Promise<void> =>
    execute(database().url, `update platform.epoch set ${what}`);

  const isWritten = async (statement: Statement): Promise<boolean> => {
    const [ended] = await Promise.allSettled([ours.write(statement)]);
    return ended.status === 'fulfilled';
  };

  before(async () => {
    ours = openDatabase({ url: database().url });
    await database().database.all(sql`create table platform.tally (n int primary key)`);
    await ours.write(put(0));
  });
  after(() => ours.close());

  test('has whoever is of an older one refused, and none of what they sent is kept', async () => {
    const first = ours.epoch();
    assert.ok(first !== null);
    await set('number = number + 1');
    await assert.rejects(ours.write(put(1)), DatabaseUnavailable);
    assert.deepEqual(await kept(), [0]);
    await ours.write(put(4));
    assert.deepEqual([await kept(), ours.epoch()], [[0, 4], first + 1]);
  });

  test('counts for a statement that is no message too', async () => {
    const reading = openDatabase({ url: database().url, connections: 2 });
    await reading.all(sql`delete from platform.tally where n = 77`);
    await set('number = number + 1');
    await assert.rejects(reading.all(put(5)), DatabaseUnavailable);
    await reading.all(put(6));
    await reading.close();
    assert.deepEqual(await kept(), [0, 4, 6]);
  });

  test('is raised once by those who come to another primary, however many they are', async () => {
    await ours.all(put(7));
    const before = ours.epoch() ?? 0;
    await set(`server = 'another'`);
    const processes = Array.from({ length: 6 }, () =>
      openDatabase({ url: database().url, connections: 3 }),
    );
    await Promise.all(processes.map((one, n) => one.write(put(10 + n))));
    assert.deepEqual(
      processes.map((one) => one.epoch()),
      processes.map(() => before + 1),
    );
    await Promise.all(processes.map((one) => one.close()));
  });

  test('keeps a process from a primary that it has seen replaced', async () => {
    await isWritten(put(19)); // learns what the test above raised
    await ours.write(put(20));
    const now = ours.epoch() ?? 0;
    await set(`number = ${now - 1}`);
    await assert.rejects(ours.write(put(21)), DatabaseUnavailable);
    await assert.rejects(ours.write(put(22)), DatabaseUnavailable);
    await set(`number = ${now}`);
    while (!(await isWritten(put(23)))) await delay(50);
    assert.deepEqual(
      (await kept()).filter((n) => n >= 20),
      [20, 23],
    );
  });
});
