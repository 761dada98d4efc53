import { connect } from 'node:net';

import { Connection } from '../../bench/connection.ts';

const ADDRESSES = 250;
const MOST = 1_000;

/**
 * Connections of the systems that all these people use, to one datacentre. They are kept: what thousands cost who connect
 * at once is another fault [RELIABILITY F23]. Who finds none free waits for one, and that counts as time that it took.
 */
export class Connections {
  readonly #free: Connection[];
  readonly #waiting: ((connection: Connection) => void)[] = [];

  constructor(port: number, random: () => number) {
    this.#free = Array.from({ length: MOST }, () => {
      const localAddress = `127.0.2.${1 + Math.floor(random() * ADDRESSES)}`;
      return new Connection(() => connect({ host: '127.0.0.1', port, localAddress }));
    });
  }

  take(): Promise<Connection> {
    const connection = this.#free.shift();
    if (connection !== undefined) return Promise.resolve(connection);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  put(connection: Connection): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(connection);
    else next(connection);
  }
}
