// Shows: Datacentres | a process that is cut off from its database lets go of whoever waits for it; one whose database is only silent waits on
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';

import { DatabaseUnavailable, openDatabase } from '../database.ts';
import { listen } from '../listen.ts';
import { sql } from '../sql.ts';
import { testDatabase } from '../../../test/support/database.ts';

const database = testDatabase();
const LONG_MS = 600_000; // nobody here waits for that

/** A way to the database that can fall silent. */
async function openWay() {
  const { hostname: host, port } = new URL(database().url);
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host, port: Number(port) });
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined);
    }
    near.pipe(far).pipe(near);
  });
  const url = new URL(database().url);
  const listening = await listen(server, { host, port: 0 });
  let shut: Promise<void> | null = null;
  url.port = String(listening.port);
  return {
    url: url.href,
    /** What is under way stays open and brings nothing any more. */
    silence: () => {
      for (const socket of open) socket.pause();
    },
    resume: () => {
      for (const socket of open) socket.resume();
    },
    /** Nobody comes in any more. */
    shut: () => {
      shut = listening.stop();
    },
    comes: () => once(server, 'connection'),
    end: () => {
      for (const socket of open) socket.destroy();
      return shut ?? listening.stop();
    },
  };
}

describe('a process whose database does not answer', { concurrency: true, timeout: 60_000 }, () => {
  let ways: Awaited<ReturnType<typeof openWay>>[] = [];
  before(async () => {
    ways = [await openWay(), await openWay()];
  });
  after(() => Promise.all(ways.map(({ end }) => end())));

  test('and is reached by nobody tells whoever waits that it is not there', async () => {
    const [way] = ways;
    assert.ok(way);
    const ours = openDatabase({ url: way.url, connections: 1, answerWithinMs: LONG_MS });
    await ours.opened();
    way.silence();
    way.shut();
    await assert.rejects(ours.all(sql`select 1`), DatabaseUnavailable);
    await ours.close();
  });

  test('and is reached waits for its answer', async () => {
    const [, way] = ways;
    assert.ok(way);
    const ours = openDatabase({ url: way.url, connections: 1, answerWithinMs: LONG_MS });
    await ours.opened();
    way.silence();
    const asked = ours.all<{ n: number }>(sql`select 1 as n`);
    await way.comes(); // somebody looks whether it is there
    way.resume();
    assert.deepEqual(await asked, [{ n: 1 }]);
    await ours.close();
  });
});
