import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import {
  type Epoch,
  isEpochOver,
  isWaitingForOtherSite,
  meetServer,
  requireEpoch,
  type Server,
} from './epoch.ts';
import { connectionProblem, DatabaseUnavailable } from './faults.ts';
import type { Gate } from './gate.ts';
import { isReachable } from './reachable.ts';
import { answersTo, type Ended, type Prepared } from './together.ts';
import { within } from '../within.ts';

/** A text with `$1`, `$2` … and their values; made by `sql`. */
export type Statement = { readonly text: string; readonly values: readonly unknown[] };

/** The result, or throws: `DatabaseUnavailable` when nobody knows how it ended, else the server's refusal. */
export function valueOf(ended: Ended): pg.QueryResult {
  if (ended.status === 'fulfilled') return ended.value;
  throw connectionProblem(ended.reason) ?? ended.reason;
}

/** How those of a transaction ended, whether it was kept, and how long that took, once all of it was done; null: of one statement alone nobody can tell. */
export type Committed = {
  readonly isKept: boolean;
  readonly ended: readonly Ended[];
  readonly keepingMs: number | null;
};

export type LineParts = {
  readonly config: pg.ClientConfig;
  /** The two are shared by all lines of a process. */
  readonly epoch: Epoch;
  readonly gate: Gate;
  /** After so long nobody waits for an answer any more, and nobody knows how it ended. */
  readonly answerWithinMs: number;
  readonly connectWithinMs: number;
  /** It leads to what may be read while there is no primary: nothing is written there, so that it has no epoch. */
  readonly isForReading?: boolean;
};

type Open = {
  readonly client: pg.Client;
  readonly socket: Socket;
  readonly server: Server;
  /** By their names. */
  readonly prepared: Map<string, Prepared>;
};

const REACH_AFTER_MS = 2_000; // without an answer; few statements take so long
const REACH_MS = 2_000; // together less than the 5 s after which a user counts it as failed [RELIABILITY 1]
const LOOK_MS = 2_000; // at what a server process waits for
const CONNECT_MS = [300, 600, 1_200]; // [PLATFORM N4]; one that is only busy gets more of it
const CONNECT_MAX_MS = 2_000;
const AGAIN_MS = 50; // [PLATFORM N4]
const AGAIN_MAX_MS = 250;
const SERVER_MS = 8_000; // to say which it is, and to end
const ANY: Server = { epoch: null, pid: 0 };
const BEGIN: Statement = { text: 'begin', values: [] };
const COMMIT: Statement = { text: 'commit', values: [] };

/**
 * One connection. Statements are sent one behind another without waiting for the answers between;
 * answers come in the same order. A connection that broke is opened again, and whoever asks meanwhile
 * waits for it for some time, counted from the break; after that they are refused at once.
 */
export class Line {
  readonly #parts: LineParts;
  #opening: Promise<Open> | null = null;
  #open: Open | null = null;
  readonly #closing = new AbortController();
  /** How often a commit was said to be done that may not be on the other site [PLATFORM N1]. */
  #doubts = 0;
  /** What was sent has not been answered in time, and may still be. */
  #isOverdue = false;
  /** Whether anybody is at the other end is being looked at. */
  #isReaching = false;

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  /** Sends these at once. Each ends for itself; a promise that is rejected has the server's error or the connection's. */
  async send(statements: readonly Statement[]): Promise<Ended[]> {
    return this.#ask(
      await this.#ready(),
      statements.map((one) => [one]),
    );
  }

  /**
   * Sends these at once, as one transaction, which is kept only where the writes are of this epoch: that is asked in the
   * transaction, without another round trip [RELIABILITY C7].
   */
  async commit(statements: readonly Statement[]): Promise<Committed> {
    const open = await this.#ready();
    const { epoch } = open.server;
    const fence = epoch === null ? [] : [requireEpoch(epoch)];
    if (epoch === null && statements.length === 1) {
      return { isKept: true, ended: await this.#ask(open, [statements]), keepingMs: null };
    }
    let doneAt = performance.now();
    const isDone = (): unknown => (doneAt = performance.now());
    // What undoes it all when one is refused must come by itself: of what comes together nothing is done after that.
    const ended = await this.#ask(open, [[BEGIN, ...fence, ...statements], [COMMIT]], isDone);
    const keepingMs = performance.now() - doneAt;
    const [, fenced] = ended;
    if (fence.length > 0 && fenced?.status === 'rejected' && isEpochOver(fenced.reason)) {
      this.#drop(open);
      throw new DatabaseUnavailable('the writes are taken elsewhere');
    }
    const last = ended.at(-1);
    const isKept = last !== undefined && valueOf(last).command === 'COMMIT'; // else all was undone [PLATFORM N5]
    return { isKept, ended: ended.slice(1 + fence.length, -1), keepingMs };
  }

  /** Opens it, however long that takes, so that whoever asks first need not wait. */
  async opened(): Promise<void> {
    await this.#begun();
  }

  /** What was sent before is still answered. */
  async close(): Promise<void> {
    this.#closing.abort();
    const opening = this.#opening;
    this.#opening = null;
    await opening?.then(ended).catch(() => undefined); // it never opened
  }

  /** Those of a group are done up to the first that is refused. `lastButOne`: called when all but the last group are answered. */
  async #ask(
    open: Open,
    groups: readonly (readonly Statement[])[],
    lastButOne?: () => unknown,
  ): Promise<Ended[]> {
    const doubts = this.#doubts;
    const { gate } = this.#parts;
    gather(open.socket);
    gate.began();
    const sent = groups.map((group) => answersTo(open, group));
    if (lastButOne !== undefined) sent.at(-2)?.then(lastButOne, lastButOne);
    const asked = Promise.all(sent)
      .finally(() => gate.ended())
      .then((ended) => ended.flat());
    const results = (await within(asked, REACH_AFTER_MS)) ?? (await this.#late(open, asked));
    if (results === null) throw this.#overdue(open, asked);
    if (results.some(({ status }) => status === 'fulfilled')) gate.heardAt = performance.now();
    if (this.#doubts === doubts) return results;
    this.#drop(open);
    throw new DatabaseUnavailable('the commit is not known to be durable');
  }

  /** What is sent to nobody is given up sooner than what a server is busy with: whoever asked may go elsewhere. */
  async #late(open: Open, asked: Promise<Ended[]>): Promise<Ended[] | null> {
    if (!this.#isReaching) {
      this.#isReaching = true;
      isReachable(open.socket, REACH_MS).then(
        (isSo) => {
          this.#isReaching = false;
          if (!isSo) this.#cutOff(open);
        },
        () => undefined, // it never rejects
      );
    }
    return within(asked, this.#parts.answerWithinMs - REACH_AFTER_MS);
  }

  #cutOff(open: Open): void {
    this.#drop(open);
    open.socket.destroy(); // all that was asked ends, and nobody knows how
  }

  /**
   * Nobody is cancelled, as a commit that is cancelled says that it is durable [RELIABILITY C4]; nor is a server left
   * behind with it for each one that gave up: it keeps this connection as long as it waits for the other site.
   */
  #overdue(open: Open, asked: Promise<unknown>): DatabaseUnavailable {
    if (!this.#isOverdue) {
      this.#isOverdue = true;
      asked.then(() => (this.#isOverdue = false)).catch(() => undefined); // it settles, and never rejects
      this.#look(open, asked).catch(() => undefined); // asked again by the next that is overdue
    }
    return new DatabaseUnavailable('no answer in time: nobody knows how it ended');
  }

  async #look(open: Open, asked: Promise<unknown>): Promise<void> {
    while (await this.#isWaiting(open)) {
      if ((await within(asked, this.#parts.answerWithinMs)) !== null) return;
    }
    this.#cutOff(open); // whoever is at the other end does not answer
  }

  async #isWaiting({ server: { pid } }: Open): Promise<boolean> {
    try {
      const open = await this.#connect(LOOK_MS);
      const isSo = await within(isWaitingForOtherSite(open.client, pid), LOOK_MS);
      await ended(open);
      return isSo === true;
    } catch {
      return false;
    }
  }

  async #ready(): Promise<Open> {
    const { epoch, gate, connectWithinMs } = this.#parts;
    if (gate.isHeld) await gate.pass();
    if (this.#isOverdue) throw new DatabaseUnavailable('the database does not answer');
    if (this.#open !== null && !epoch.admits(this.#open.server)) this.#drop(this.#open);
    if (this.#open !== null) return this.#open;
    gate.awaySince ??= performance.now();
    const opening = this.#begun();
    const leftMs = gate.awaySince + connectWithinMs - performance.now();
    const open = leftMs <= 0 ? null : await within(opening, leftMs);
    if (open !== null) return open;
    throw new DatabaseUnavailable('no connection to the database');
  }

  #begun(): Promise<Open> {
    if (this.#opening !== null) return this.#opening;
    const opening = this.#keepOpening();
    opening.catch(() => undefined); // it was closed: told to whoever waits, and there may be nobody
    this.#opening = opening;
    return opening;
  }

  /** Until there is one, also when nobody asks any more. */
  async #keepOpening(): Promise<Open> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const open = await this.#connect(CONNECT_MS[attempt] ?? CONNECT_MAX_MS);
        const { client } = open;
        client.on('error', () => this.#drop(open));
        client.on('end', () => this.#drop(open));
        this.#open = open;
        this.#parts.gate.awaySince = null;
        return open;
      } catch {
        const waitMs = Math.min(AGAIN_MS * 2 ** attempt, AGAIN_MAX_MS) * (1 + Math.random());
        await delay(waitMs, undefined, { signal: this.#closing.signal, ref: false });
      }
    }
  }

  async #connect(connectionTimeoutMillis: number): Promise<Open> {
    const { config, epoch, isForReading = false } = this.#parts;
    const socket = new Socket();
    const client = new pg.Client({
      ...config,
      pipeline: true,
      connectionTimeoutMillis,
      stream: () => socket,
    });
    client.on('error', () => undefined); // told by whatever is asked
    client.on('notice', ({ code }) => {
      if (code === '01000' || code === '57P01') this.#doubts += 1;
    });
    try {
      await client.connect();
      const server = isForReading ? ANY : await within(meetServer(client), SERVER_MS);
      if (server === null || !epoch.admits(server)) {
        throw new DatabaseUnavailable('the writes are taken elsewhere');
      }
      epoch.learn(server);
      return { client, socket, server, prepared: new Map() };
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  #drop(open: Open): void {
    if (this.#open !== open) return;
    this.#open = null;
    this.#opening = null;
    open.client.end().catch(() => undefined); // it is of no use, whether it says goodbye or not
  }
}

async function ended({ client, socket }: Open): Promise<void> {
  await within(client.end(), SERVER_MS);
  socket.destroy();
}

/** Whatever is sent until the sockets that are ready have been read goes out in one write. */
function gather(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  setImmediate(() => socket.uncork());
}
