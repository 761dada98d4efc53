import { type ListenOptions, Server } from 'node:net';
import type { Server as HttpServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const FIRST_HELD = 3; // sd_listen_fds(3)

/**
 * The socket of a port that systemd holds and has given us, by the name that it gave it; null: there is none. While a
 * process is started again whoever connects waits there, and nobody is refused [RELIABILITY P9].
 */
export function heldSocket(port: number): number | null {
  const { LISTEN_PID, LISTEN_FDNAMES = '' } = process.env;
  if (Number(LISTEN_PID) !== process.pid) return null;
  const place = LISTEN_FDNAMES.split(':').indexOf(String(port));
  return place === -1 ? null : FIRST_HELD + place;
}

/** Connections that wait to be accepted: with Node's 511, of a thousand that come at once half try again seconds later. The system's own limit holds, too (4,096). */
const WAITING_MAX = 4_096;

/** Answers the port, once it listens there: any free one for 0. */
export async function listen(
  server: Server,
  where: Pick<ListenOptions, 'host' | 'reusePort'> & { readonly port: number },
): Promise<number> {
  const held = heldSocket(where.port);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...(held === null ? where : { fd: held }), backlog: WAITING_MAX }, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : where.port;
}

const LEAVE_MS = 2_000;
const LOOK_MS = 20;

/**
 * Takes no more connections, and leaves those that are open to those at their other ends for a while: each is to end
 * with its next answer. One that is closed while a request is on its way would lose that request.
 */
export async function leave(server: HttpServer): Promise<void> {
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  Server.prototype.close.call(server); // that of HTTP closes what is idle, too
  const isOver = closed.then(() => true);
  for (const end = performance.now() + LEAVE_MS; performance.now() < end; ) {
    if (await Promise.race([isOver, delay(LOOK_MS, false)])) return;
  }
  server.closeIdleConnections();
  await closed;
}
