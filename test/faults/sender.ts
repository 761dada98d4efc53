import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { codeOf } from '../../src/platform/trouble.ts';
import { type Answer, Connection } from '../../bench/connection.ts';
import type { Sent } from '../nothing-lost/messages.ts';
import type { Tokens } from '../nothing-lost/datacentres.ts';

/** An answer that says what became of a message, and how often nobody had known before. */
export type Told = Answer & { readonly unknown: number };

/** How messages go. */
export type Way = {
  /** Of the datacentres. */
  readonly ports: readonly number[];
  readonly tokens: () => Tokens;
  /** Whether the answer that came is lost on its way. */
  readonly isLost: () => boolean;
};

const ANSWER_MS = 8_000; // longer than any statement may take
const AGAIN_MS = 100;
const AGAIN_MAX_MS = 1_000;
/** Not done, or nobody knows: the same message may be sent again [RELIABILITY P2, P6]. */
const NOT_KNOWN: ReadonlySet<number> = new Set([408, 409, 429]);

/**
 * One who sends a message after the other, to the one datacentre and to the other in turn: where one refuses or
 * stays silent the same bytes go to the other.
 */
export class Sender {
  readonly #connections: readonly Connection[];
  readonly #way: Way;
  #site: number;

  constructor(way: Way, site: number) {
    this.#connections = way.ports.map(
      (port) => new Connection(() => connect({ host: '127.0.0.1', port })),
    );
    this.#way = way;
    this.#site = site;
  }

  /** Null when `isOver` says so before there was an answer. */
  async send(sent: Sent, isOver: () => boolean): Promise<Told | null> {
    let unknown = 0;
    for (let attempt = 0; !isOver(); attempt += 1) {
      this.#site = (this.#site + 1) % this.#connections.length;
      const answer = await this.#ask(sent);
      if (typeof answer !== 'string' && answer.status < 500 && !NOT_KNOWN.has(answer.status)) {
        return { ...answer, unknown };
      }
      if (answer !== 'nobody there') unknown += 1;
      if (attempt > 0) await delay(Math.min(AGAIN_MS * attempt, AGAIN_MAX_MS));
    }
    return null;
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  async #ask(sent: Sent): Promise<Answer | 'nobody there' | 'no answer'> {
    const connection = this.#connections[this.#site];
    if (connection === undefined) throw new Error('no datacentre');
    const late = setTimeout(() => connection.close(), ANSWER_MS);
    try {
      const answer = await connection.ask(requestBytes(sent, this.#way.tokens()[sent.as]));
      return this.#way.isLost() ? 'no answer' : answer;
    } catch (error) {
      return codeOf(error) === 'ECONNREFUSED' ? 'nobody there' : 'no answer';
    } finally {
      clearTimeout(late);
    }
  }
}

/** A request as bytes. */
export function requestBytes(
  { path, requestId, body }: Omit<Sent, 'as'>,
  token: string,
  method: 'POST' | 'GET' = 'POST',
): Buffer {
  const head = [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${token}`,
    `x-request-id: ${requestId}`,
    'content-type: application/fhir+json',
    `content-length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
