import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { type Answer, Connection } from '../../bench/connection.ts';
import type { Sent } from '../nothing-lost/messages.ts';
import type { Tokens } from '../nothing-lost/datacentres.ts';

/** An answer that says what became of a message, and how often nobody had known before. */
export type Told = Answer & { readonly unknown: number };

const ANSWER_MS = 8_000; // longer than any statement may take
const AGAIN_MS = 100;
const AGAIN_MAX_MS = 1_000;
/** Not done, or nobody knows: the same message may be sent again [RELIABILITY P2, P6]. */
const NOT_KNOWN = [408, 409, 429];

/**
 * One who sends a message after the other, to whichever datacentre answers: where one refuses or stays silent the
 * same bytes go to the other.
 */
export class Sender {
  readonly #connections: readonly Connection[];
  readonly #tokens: () => Tokens;
  #site: number;

  constructor(ports: readonly number[], tokens: () => Tokens, site: number) {
    this.#connections = ports.map(
      (port) => new Connection(() => connect({ host: '127.0.0.1', port })),
    );
    this.#tokens = tokens;
    this.#site = site;
  }

  /** Null when `isOver` says so before there was an answer. */
  async send(sent: Sent, isOver: () => boolean): Promise<Told | null> {
    const { length } = this.#connections;
    for (let unknown = 0; !isOver(); unknown += 1) {
      this.#site = (this.#site + (unknown === 0 ? 0 : 1)) % length;
      const answer = await this.#ask(sent);
      if (answer !== null && answer.status < 500 && !NOT_KNOWN.includes(answer.status)) {
        return { ...answer, unknown };
      }
      if (unknown > 0) await delay(Math.min(AGAIN_MS * unknown, AGAIN_MAX_MS));
    }
    return null;
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** Null when there was no answer. */
  async #ask(sent: Sent): Promise<Answer | null> {
    const connection = this.#connections[this.#site];
    if (connection === undefined) throw new Error('no datacentre');
    const late = setTimeout(() => connection.close(), ANSWER_MS);
    try {
      return await connection.ask(bytesOf(sent, this.#tokens()));
    } catch {
      return null;
    } finally {
      clearTimeout(late);
    }
  }
}

function bytesOf({ path, as, requestId, body }: Sent, tokens: Tokens): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${tokens[as]}`,
    `x-request-id: ${requestId}`,
    'content-type: application/fhir+json',
    `content-length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
