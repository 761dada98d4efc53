import { Socket } from 'node:net';

import pg from 'pg';

import { connectionProblem, DatabaseUnavailable } from './faults.ts';
import { nameOf } from '../sql.ts';

/** A text with `$1`, `$2` … and their values; made by `sql`. */
export type Statement = { readonly text: string; readonly values: readonly unknown[] };

/** How one of several statements ended. */
export type Ended = PromiseSettledResult<pg.QueryResult>;

/** The result, or throws: `DatabaseUnavailable` when nobody knows how it ended, else the server's refusal. */
export function valueOf(ended: Ended): pg.QueryResult {
  if (ended.status === 'fulfilled') return ended.value;
  throw connectionProblem(ended.reason) ?? ended.reason;
}

/**
 * One connection. Statements are sent one behind another without waiting for the answers between;
 * answers come in the same order. A connection that broke is opened again for the next statement.
 */
export class Line {
  readonly #config: pg.ClientConfig;
  #opening: Promise<pg.Client> | null = null;
  #client: pg.Client | null = null;
  #socket = new Socket();
  /** How often a commit was said to be done that may not be on the other site [PLATFORM N1]. */
  #doubts = 0;

  constructor(config: pg.ClientConfig) {
    this.#config = { ...config, pipeline: true };
  }

  /** Sends these at once. Each ends for itself; a promise that is rejected has the server's error or the connection's. */
  async send(statements: readonly Statement[]): Promise<Ended[]> {
    const client = await this.#open();
    const doubts = this.#doubts;
    this.#gather();
    const results = await Promise.allSettled(
      statements.map(({ text, values }) =>
        client.query({ name: nameOf(text), text, values: [...values] }),
      ),
    );
    if (this.#doubts === doubts) return results;
    this.#drop(client);
    throw new DatabaseUnavailable('the commit is not known to be durable');
  }

  /** Whatever is sent until the sockets that are ready have been read goes out in one write. */
  #gather(): void {
    const socket = this.#socket;
    if (socket.writableCorked > 0) return;
    socket.cork();
    setImmediate(() => socket.uncork());
  }

  /** What was sent before is still answered. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    await opening?.then((client) => client.end()).catch(() => undefined); // it never opened
  }

  async #open(): Promise<pg.Client> {
    this.#opening ??= this.#connect();
    try {
      return await this.#opening;
    } catch (error) {
      this.#opening = null;
      throw new DatabaseUnavailable('no connection to the database', { cause: error });
    }
  }

  async #connect(): Promise<pg.Client> {
    const socket = new Socket();
    const client = new pg.Client({ ...this.#config, stream: () => socket });
    const drop = (): void => this.#drop(client);
    client.on('error', drop);
    client.on('end', drop);
    client.on('notice', ({ code }) => {
      if (code === '01000' || code === '57P01') this.#doubts += 1;
    });
    await client.connect();
    this.#client = client;
    this.#socket = socket;
    return client;
  }

  #drop(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    this.#opening = null;
    client.end().catch(() => undefined); // it is of no use, whether it says goodbye or not
  }
}
