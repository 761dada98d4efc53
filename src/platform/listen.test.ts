import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';

import { listen } from './listen.ts';

const COMING = 1_000; // more than wait at a port if nobody says how many may

/** Connects, and waits until all are taken. */
async function crowd(port: number, size: number): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: size }, () => connect({ host: '127.0.0.1', port }));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return sockets;
}

test('a thousand who come at once to a process that is busy need not come again', async () => {
  const words = [
    `import { createServer } from 'node:net';`,
    `import { listen } from '${new URL('listen.ts', import.meta.url).href}';`,
    `const { port } = await listen(createServer(), { host: '127.0.0.1', port: 0 });`,
    `process.send(port, () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));`,
  ];
  const busy = spawn(process.execPath, ['--input-type=module', '-e', words.join('\n')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const sockets: Socket[] = [];
  try {
    const [port] = (await once(busy, 'message')) as [number];
    sockets.push(...(await crowd(port, COMING)));
    assert.equal(sockets.length, COMING);
  } finally {
    for (const socket of sockets) socket.destroy();
    busy.kill('SIGKILL');
  }
});

describe('a server that listens', () => {
  test('takes many connections in one turn of its loop', async () => {
    let taken = 0;
    const server = createServer((socket) => {
      taken += 1;
      socket.resume();
    });
    const listening = await listen(server, { host: '127.0.0.1', port: 0 });
    const sockets = await crowd(listening.port, 160);
    let turns = 0;
    while (taken < sockets.length) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    assert.ok(turns < sockets.length / 2, `${turns} turns`);
    const stopped = listening.stop();
    for (const socket of sockets) socket.destroy();
    await stopped;
  });

  test('at a port that somebody has is told so, and at one that it has given back can listen again', async () => {
    const [one, other] = [createServer(), createServer()];
    const listening = await listen(one, { host: '127.0.0.1', port: 0 });
    const where = { host: '127.0.0.1', port: listening.port };
    await assert.rejects(listen(other, where), { code: 'EADDRINUSE' });
    await listening.stop();
    await (await listen(other, where)).stop();
  });

  test('stops, whichever of its sockets a connection came by, when the last has ended', async () => {
    const server = createHttpServer((_request, response) => response.end('done'));
    const listening = await listen(server, { host: '127.0.0.1', port: 0 });
    const sockets = await crowd(listening.port, 40);
    await Promise.all(
      sockets.map((socket) => {
        socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        return once(socket, 'data');
      }),
    );
    let isStopped = false;
    const stopped = listening.stop().then(() => (isStopped = true));
    const [last, ...others] = sockets;
    for (const socket of others) socket.destroy();
    for (const socket of others) if (!socket.closed) await once(socket, 'close');
    assert.equal(isStopped, false);
    last?.destroy();
    await stopped;
  });

  test('that closes ends connections over which nobody asks anything', async () => {
    const server = createHttpServer((_request, response) => response.end('done'));
    const listening = await listen(server, { host: '127.0.0.1', port: 0 });
    const sockets = await crowd(listening.port, 40);
    for (const socket of sockets) {
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      await once(socket, 'data');
    }
    await listening.close();
    for (const socket of sockets) if (!socket.closed) await once(socket, 'close');
  });
});
