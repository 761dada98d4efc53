import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const FIRST = 10_000;
const LAST = 20_000; // above, systems take ports for connections that go out, and may take ours before we listen

/** A port of the loopback address that nobody listens on now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
