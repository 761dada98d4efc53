import { connect, createServer, type Server, type Socket } from 'node:net';

/** How slow what is sent on a way is. */
export type Slowness = {
  /** How much later all comes, in each direction. */
  readonly delayMs: number;
  /** What can go to one host, and come from it, in a second; null: as much as there is. */
  readonly bytesPerSecond: number | null;
};

export type Target = { readonly host: string; readonly port: number };

const HELD_BYTES_MAX = 16_000_000; // of one direction of one connection
const HELD_MS = 400; // where there is little room: so much of it waits, then whoever sends must

/** Listens at each port of the targets at this host, and leads whoever comes there to the target of that port, slowly. */
export async function openSlowWay(
  host: string,
  targets: readonly Target[],
  slowness: Slowness,
): Promise<{ readonly close: () => void }> {
  const paces = new Map(
    targets.map((one) => [one.host, { there: new Pace(slowness), back: new Pace(slowness) }]),
  );
  const sockets = new Set<Socket>();
  const servers = await Promise.all(
    targets.map((target) => {
      const pace = paces.get(target.host);
      const server = createServer({ allowHalfOpen: true }, (near) => {
        const far = connect({ ...target, allowHalfOpen: true });
        for (const socket of [near, far]) {
          sockets.add(socket.setNoDelay());
          socket.once('close', () => sockets.delete(socket));
        }
        if (pace !== undefined) {
          lead(near, far, pace.there);
          lead(far, near, pace.back);
        }
      });
      return listening(server, { host, port: target.port });
    }),
  );
  return {
    close: () => {
      for (const server of servers) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** When what is sent now arrives: after the delay, and after all that went before it. */
class Pace {
  readonly #slowness: Slowness;
  #freeAt = 0;

  constructor(slowness: Slowness) {
    this.#slowness = slowness;
  }

  /** So many bytes of a connection wait at most. */
  get heldMax(): number {
    const { bytesPerSecond } = this.#slowness;
    return bytesPerSecond === null ? HELD_BYTES_MAX : (bytesPerSecond * HELD_MS) / 1_000;
  }

  dueAt(bytes: number): number {
    const { delayMs, bytesPerSecond } = this.#slowness;
    const now = performance.now();
    if (bytesPerSecond === null) return now + delayMs;
    this.#freeAt = Math.max(this.#freeAt, now) + (bytes / bytesPerSecond) * 1_000;
    return this.#freeAt + delayMs;
  }
}

/** Null: that no more comes. */
type Piece = { readonly bytes: Buffer | null; readonly dueAt: number };

function lead(from: Socket, to: Socket, pace: Pace): void {
  const waiting: Piece[] = [];
  let held = 0;
  const arrive = (): void => {
    const isThere = ({ dueAt }: Piece): boolean => dueAt <= performance.now();
    for (let first = waiting[0]; first !== undefined && isThere(first); first = waiting[0]) {
      waiting.shift();
      held -= first.bytes?.length ?? 0;
      if (first.bytes === null) to.end();
      else to.write(first.bytes);
    }
    if (held < pace.heldMax) from.resume();
    if (waiting[0] !== undefined) wakeFor(waiting[0]);
  };
  const wakeFor = ({ dueAt }: Piece): void => {
    setTimeout(arrive, Math.max(1, Math.ceil(dueAt - performance.now())));
  };
  const hold = (bytes: Buffer | null): void => {
    const piece = { bytes, dueAt: pace.dueAt(bytes?.length ?? 0) };
    waiting.push(piece);
    held += bytes?.length ?? 0;
    if (held >= pace.heldMax) from.pause();
    if (waiting.length === 1) wakeFor(piece);
  };
  from.on('data', hold);
  from.once('end', () => hold(null));
  from.once('error', () => to.destroy());
}

function listening(server: Server, at: Target): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => resolve(server));
  });
}
