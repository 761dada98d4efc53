import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { openDatabase } from './database.ts';
import { startJobs, withLease } from './jobs.ts';
import { sql } from './sql.ts';
import { testDatabase } from '../../test/support/database.ts';

// Shows: Jobs | two processes share their work under leases; a killed one's work is taken over

const made = testDatabase();

/** Time passes for a lease whose holder renews it no more. */
async function leaseRunsOut(name: string): Promise<void> {
  await made().database.all(
    sql`update platform.lease set held_until = now() - interval '1 second' where name = ${name}`,
  );
}

/** Another process that takes the lease and is not done with it until it is killed. */
async function processWithLease(name: string): Promise<ChildProcess> {
  const { href } = new URL('.', import.meta.url);
  const script = `
    import { openDatabase } from '${href}database.ts';
    import { withLease } from '${href}jobs.ts';
    const database = openDatabase({ url: ${JSON.stringify(made().url)}, connections: 1 });
    await withLease(database, ${JSON.stringify(name)}, async () => {
      process.stdout.write('taken');
      await new Promise(() => setInterval(() => undefined, 1000));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

const hasWork = async (): Promise<boolean> => true;

describe('a lease', () => {
  test('is given to one of many who ask at once, and to the next when it is given back', async () => {
    const { database } = made();
    let inside = 0;
    let most = 0;
    const work = async (): Promise<string> => {
      inside += 1;
      most = Math.max(most, inside);
      await pause(50);
      inside -= 1;
      return 'done';
    };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => withLease(database, 'one', work)),
    );
    assert.equal(answers.filter((answer) => answer === 'done').length, 1);
    assert.equal(most, 1);
    assert.equal(await withLease(database, 'one', work), 'done');
  });

  test('is given back by work that fails', async () => {
    const { database } = made();
    const failing = withLease(database, 'two', () => Promise.reject(new Error('no')));
    await assert.rejects(failing, /no/);
    assert.equal(await withLease(database, 'two', () => Promise.resolve('done')), 'done');
  });

  test('of a killed process is taken over when its time is over, and not before', async () => {
    const { database } = made();
    const child = await processWithLease('three');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const take = (): Promise<string | null> =>
      withLease(database, 'three', () => Promise.resolve('done'));
    assert.equal(await take(), null);
    await leaseRunsOut('three');
    assert.equal(await take(), 'done');
  });

  test('that ran out and was taken is no longer the first holder’s, who learns it', async () => {
    const { database } = made();
    const found = await withLease(database, 'four', async (isMine) => {
      assert.equal(await isMine(), true);
      await leaseRunsOut('four');
      return withLease(database, 'four', () => isMine());
    });
    assert.equal(found, false);
  });
});

describe('jobs of two processes', () => {
  test('run by turns, never two at once, and none after they are closed', async () => {
    const databases = [0, 1].map(() => openDatabase({ url: made().url, connections: 2 }));
    const runs: number[] = [];
    let inside = 0;
    const running = databases.map((database, process) =>
      startJobs(
        database,
        [
          {
            name: 'five',
            everyMs: 5,
            hasWork,
            run: async () => {
              inside += 1;
              assert.equal(inside, 1);
              await pause(5);
              inside -= 1;
              runs.push(process);
            },
          },
        ],
        (_job, error) => {
          throw error;
        },
      ),
    );
    while (!runs.includes(0) || !runs.includes(1)) await pause(5);
    await Promise.all(running.map((jobs) => jobs.close()));
    const count = runs.length;
    await pause(50);
    assert.equal(runs.length, count);
    await Promise.all(databases.map((database) => database.close()));
  });

  test('a job that fails is told and tried again', async () => {
    const told: string[] = [];
    const { promise: third, resolve } = Promise.withResolvers<void>();
    const run = (): Promise<void> => {
      if (told.length === 2) resolve();
      return Promise.reject(new Error('broken'));
    };
    const jobs = startJobs(
      made().database,
      [{ name: 'six', everyMs: 1, hasWork, run }],
      ({ name }) => {
        told.push(name);
      },
    );
    await third;
    await jobs.close();
    assert.deepEqual(told.slice(0, 2), ['six', 'six']);
  });
});

test('a job without work takes no lease', async () => {
  const asked = Promise.withResolvers<void>();
  const idle = {
    name: 'idle',
    everyMs: 1,
    hasWork: async () => {
      asked.resolve();
      return false;
    },
    run: async () => assert.fail('there was nothing to do'),
  };
  const jobs = startJobs(made().database, [idle], (_job, error) => assert.fail(String(error)));
  await asked.promise;
  await jobs.close();
  const leases = await made().database.all(sql`select from platform.lease where name = 'idle'`);
  assert.equal(leases.length, 0);
});
