// Shows: Datacentres | while the writes move nobody is refused; who waits too long for a connection, or to write, is told so and nothing of it is done
import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { DatabaseUnavailable, type OpenDatabase, openDatabase } from '../database.ts';
import { listen } from '../listen.ts';
import { sql } from '../sql.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { freePort } from '../../../test/support/ports.ts';

const database = testDatabase();
const put = (n: number) => sql`insert into platform.tally values (${n}::int) returning n`;

async function timed(work: Promise<unknown>): Promise<{ readonly ms: number; error: unknown }> {
  const began = performance.now();
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { ms: performance.now() - began, error };
}

describe('a process', { concurrency: true }, () => {
  let ours: OpenDatabase;
  before(async () => {
    ours = openDatabase({ url: database().url });
    await ours.write(sql`create table platform.tally (n int primary key)`);
  });
  after(() => ours.close());

  test('that is held sends nothing more, ends what is under way, and refuses nobody', async () => {
    const underWay = ours.write(sql`select pg_sleep(0.2)`);
    await delay(20);
    let isQuiet = false;
    const quiet = ours.hold().then(() => (isQuiet = true));
    const waiting = [1, 2, 3].map((n) => ours.write(put(n)));
    const reading = ours.all<{ count: number }>(sql`select count(*) from platform.tally`);
    await underWay;
    await quiet;
    assert.ok(isQuiet && ours.isHeld());
    await delay(100);
    const rows = () => database().database.all(sql`select n from platform.tally where n < 40`);
    assert.deepEqual(await rows(), []);
    ours.release();
    await Promise.all([...waiting, reading]);
    assert.equal((await rows()).length, 3);
  });

  test('refuses whoever has waited two seconds to write, and does nothing of it', async () => {
    const busy = openDatabase({ url: database().url });
    const slow = busy.write(sql`select pg_sleep(2.6)`);
    await delay(20);
    const { ms, error } = await timed(busy.write(put(40)));
    assert.ok(error instanceof DatabaseUnavailable, String(error));
    assert.ok(ms > 1_500 && ms < 2_550, `${ms} ms`);
    await slow;
    await busy.write(put(41));
    const kept = await busy.all(sql`select n from platform.tally where n in (40, 41)`);
    assert.deepEqual(kept, [{ n: 41 }]);
    await busy.close();
  });

  test('whose database is away has its first callers wait two seconds, and refuses the next at once', async () => {
    const away = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' });
    const first = await timed(away.write(put(50)));
    assert.ok(first.error instanceof DatabaseUnavailable && first.ms > 1_500, `${first.ms} ms`);
    const next = await timed(away.write(put(51)));
    assert.ok(next.error instanceof DatabaseUnavailable && next.ms < 300, `${next.ms} ms`);
    await away.close();
  });

  test('tries a server that never answers again, and goes on by itself when it does', async () => {
    const sockets = new Set<Socket>();
    let isSilent = true;
    const between = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      if (!isSilent) forward(socket, database().url);
    });
    const address = new URL(database().url);
    const listening = await listen(between, { host: '127.0.0.1', port: 0 });
    address.port = String(listening.port);
    const hung = openDatabase({ url: address.href, connections: 1 });
    const { ms, error } = await timed(hung.write(put(60)));
    assert.ok(error instanceof DatabaseUnavailable && ms < 3_000, `${ms} ms`);
    assert.ok(sockets.size >= 2, `${sockets.size} attempts`);
    isSilent = false;
    while ((await timed(hung.write(put(61)))).error !== null) await delay(50);
    await hung.close();
    for (const socket of sockets) socket.destroy();
    await listening.stop();
  });

  test('that is closed while its database is away ends all the same, also when somebody asks meanwhile', async () => {
    const port = await freePort();
    const away = openDatabase({
      url: `postgresql://nobody@127.0.0.1:${port}/nowhere`,
      connections: 1,
      connectWithinMs: 0,
    });
    for (let asked = 0; asked < 2; asked += 1) {
      const { error } = await timed(away.all(sql`select 1`));
      assert.ok(error instanceof DatabaseUnavailable, String(error));
      await away.close();
    }
    await delay(100); // a rejection that nobody has would end this process
  });
});

function forward(socket: Socket, url: string): void {
  const server = connect(Number(new URL(url).port), '127.0.0.1');
  server.on('error', () => undefined);
  socket.pipe(server).pipe(socket);
}
