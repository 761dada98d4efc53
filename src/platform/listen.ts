import { Server as HttpServer } from 'node:http';
import { createServer, type ListenOptions, Server } from 'node:net';
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
/**
 * Node accepts one connection of each in each turn of its loop: where turns are long, as much is to be done, a crowd at one
 * socket waits for seconds. With many, those who come keep a process from those who are there.
 */
const SOCKETS = 4;

/** Where a server listens. */
export type Listening = {
  readonly port: number;
  /** Takes no more connections; those that are open stay. Resolves when the last of them has ended. */
  stop(): Promise<void>;
  /** As `stop`, and those over which nobody asks anything end at once. */
  close(): Promise<void>;
};

/** Resolves once it listens at the port, by several sockets where that is our own: any free one for 0. */
export async function listen(
  server: Server,
  where: { readonly host: string; readonly port: number; readonly isShared?: boolean },
): Promise<Listening> {
  const { host, isShared = false } = where;
  const held = heldSocket(where.port);
  if (held !== null) {
    await bind(server, { fd: held });
    return listening(server, [], where.port);
  }
  if (!isShared && where.port !== 0) await requireFree(host, where.port);
  await bind(server, { host, port: where.port, reusePort: true });
  const port = portOf(server);
  const others = Array.from({ length: SOCKETS - 1 }, () => another(server));
  await Promise.all(others.map((one) => bind(one, { host, port, reusePort: true })));
  return listening(server, others, port);
}

function listening(server: Server, others: readonly Server[], port: number): Listening {
  const withOthers = async (stopping: Promise<void>): Promise<void> => {
    await Promise.all([stopping, ...others.map((one) => stopped(one))]);
  };
  return {
    port,
    stop: () => withOthers(stopped(server)),
    close: () => withOthers(new Promise((resolve) => server.close(() => resolve()))),
  };
}

/** Of a port that several sockets share nobody else is told that it is taken. */
async function requireFree(host: string, port: number): Promise<void> {
  const only = createServer();
  await bind(only, { host, port, exclusive: true });
  await stopped(only);
}

/** Takes connections as that server does, and for it. */
function another(server: Server): Server {
  const allowHalfOpen = server instanceof HttpServer; // as it is there, and nowhere else
  return createServer({ allowHalfOpen, noDelay: true }, (socket) => {
    server.emit('connection', socket);
  });
}

function bind(server: Server, where: ListenOptions | { readonly fd: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, backlog: WAITING_MAX }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a server without a port');
  return address.port;
}

function stopped(server: Server): Promise<void> {
  return new Promise((resolve) => {
    Server.prototype.close.call(server, () => resolve()); // that of HTTP ends what is idle, too
  });
}

const LEAVE_MS = 2_000;
const LOOK_MS = 20;

/**
 * Takes no more connections, and leaves those that are open to those at their other ends for a while: each is to end
 * with its next answer. One that is closed while a request is on its way would lose that request.
 */
export async function leave(server: HttpServer, listening: Listening | null): Promise<void> {
  const isOver = (listening?.stop() ?? Promise.resolve()).then(() => true);
  for (const end = performance.now() + LEAVE_MS; performance.now() < end; ) {
    if (await Promise.race([isOver, delay(LOOK_MS, false)])) return;
  }
  server.closeIdleConnections();
  await isOver;
}
