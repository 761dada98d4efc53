import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';

import { openSlowWay, type Slowness } from './slow-way.ts';

const closers: (() => void)[] = [];
after(() => closers.forEach((close) => close()));

/** Sends so much to one who sends all of it back, by a slow way; answers what came, and after how long. */
async function thereAndBack(size: number, slowness: Slowness) {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.2');
  await once(echo, 'listening');
  const { port } = echo.address() as AddressInfo;
  const way = await openSlowWay('127.0.0.3', [{ host: '127.0.0.2', port }], slowness);
  closers.push(way.close, () => echo.close());
  const sent = Buffer.from(Array.from({ length: size }, (_, n) => n % 251));
  const since = performance.now();
  const socket = connect({ host: '127.0.0.3', port, allowHalfOpen: true });
  socket.end(sent);
  const came = await buffer(socket);
  return { isWhole: came.equals(sent), tookMs: performance.now() - since };
}

describe('a slow way', () => {
  test('lets everything come, in its order, and later by its delay in each direction', async () => {
    const slow = await thereAndBack(300_000, { delayMs: 150, bytesPerSecond: null });
    assert.equal(slow.isWhole, true);
    assert.ok(slow.tookMs >= 300, `${slow.tookMs} ms`);
    const quick = await thereAndBack(300_000, { delayMs: 0, bytesPerSecond: null });
    assert.ok(quick.tookMs < slow.tookMs);
  });

  test('lets no more come in a second than there is room for', async () => {
    const narrow = await thereAndBack(300_000, { delayMs: 0, bytesPerSecond: 1_000_000 });
    assert.equal(narrow.isWhole, true);
    assert.ok(narrow.tookMs >= 300, `${narrow.tookMs} ms`);
  });

  test('ends a connection to somebody who is not there', async () => {
    const gone = createServer().listen(0, '127.0.0.2');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    const slowness = { delayMs: 0, bytesPerSecond: null };
    const way = await openSlowWay('127.0.0.3', [{ host: '127.0.0.2', port }], slowness);
    closers.push(way.close);
    const socket = connect({ host: '127.0.0.3', port });
    socket.on('error', () => undefined);
    await once(socket, 'close');
  });
});
