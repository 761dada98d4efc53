import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';

const COMING = 1_000; // more than wait at a port if nobody says how many may

test('a thousand who come at once to a process that is busy need not come again', async () => {
  const words = [
    `import { createServer } from 'node:net';`,
    `import { listen } from '${new URL('listen.ts', import.meta.url).href}';`,
    `const port = await listen(createServer(), { host: '127.0.0.1', port: 0 });`,
    `process.send(port, () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));`,
  ];
  const busy = spawn(process.execPath, ['--input-type=module', '-e', words.join('\n')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const sockets: Socket[] = [];
  try {
    const [port] = (await once(busy, 'message')) as [number];
    for (let n = 0; n < COMING; n += 1) sockets.push(connect({ host: '127.0.0.1', port }));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    assert.equal(sockets.length, COMING);
  } finally {
    for (const socket of sockets) socket.destroy();
    busy.kill('SIGKILL');
  }
});
