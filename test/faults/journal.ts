import type { Bundle } from 'fhir/r4';

import { signed } from '../../bench/sign.ts';
import type { SigningKey } from '../../src/local/signing/card-key.ts';
import { present } from '../../src/kernel/bug.ts';
import { requestOf, wordOf } from '../nothing-lost/http-spine.ts';
import type { Sent } from '../nothing-lost/messages.ts';
import type { Message } from '../nothing-lost/reference-message.ts';
import type { Counter } from './figures.ts';
import { contradiction, type Operation } from './linearizable.ts';
import type { Sender, Told } from './sender.ts';

type Parts = {
  readonly senders: readonly Sender[];
  readonly counter: Counter;
  /** The prescriber's: orders are signed with it. */
  readonly key: SigningKey;
  readonly isOver: () => boolean;
};

/** All that was said about one prescription, and what was answered. */
export class Journal {
  readonly #parts: Parts;
  readonly #history: Operation[] = [];
  /** By message: what was sent, and what was answered first. */
  readonly #first = new Map<Message, { readonly sent: Sent; body: string | null }>();
  readonly #free: Sender[];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#free = [...parts.senders];
  }

  readonly tell = async (message: Message): Promise<string> => {
    const { counter } = this.#parts;
    const known = this.#first.get(message) ?? {
      sent: signedRequestOf(message, this.#parts.key),
      body: null,
    };
    this.#first.set(message, known);
    const callMs = performance.now();
    const told = await this.#send(known.sent);
    const returnMs = performance.now();
    if (told === null) {
      counter.unanswered();
      this.#history.push({ message, callMs, returnMs: Number.POSITIVE_INFINITY, answer: null });
      return 'unknown';
    }
    const text = told.body.toString();
    const answer = wordIn(message, told.status, text);
    counter.answered(message, answer, { ...told, tookMs: returnMs - callMs });
    this.#history.push({ message, callMs, returnMs, answer });
    if (known.body !== null && known.body !== text) {
      counter.changed(`${message.kind} ${message.id}: ${known.body} then ${text}`);
    }
    known.body = text;
    return answer;
  };

  /** Sends one of the messages again that were answered: it must get the same answer, byte for byte [RELIABILITY P2]. */
  async askAgain(random: () => number): Promise<void> {
    const answered = [...this.#first.keys()];
    await this.tell(present(answered[Math.floor(random() * answered.length)], 'message'));
  }

  /** In words for a person; null when there is none. */
  contradiction(at: string): string | null {
    const found = contradiction(this.#history, at);
    if (found === null) return null;
    const words = ({ message, answer, callMs, returnMs }: Operation): string =>
      `${callMs.toFixed(1)}-${returnMs.toFixed(1)} ${JSON.stringify(message)} = ${answer}`;
    const lines = [...found.explains.map(words), 'fits nowhere:', ...found.fitsNowhere.map(words)];
    return lines.join('\n');
  }

  async #send(sent: Sent): Promise<Told | null> {
    const sender = present(this.#free.pop(), 'sender');
    const told = await sender.send(sent, this.#parts.isOver);
    this.#free.push(sender);
    return told;
  }
}

/** A message as it goes over the wire; an order is signed. */
export function signedRequestOf(message: Message, key: SigningKey): Sent {
  const sent = requestOf(message);
  if (message.kind !== 'create') return sent;
  const order: Bundle = JSON.parse(sent.body.toString());
  return { ...sent, body: Buffer.from(JSON.stringify(signed(order, key))) };
}

export function wordIn(message: Message, status: number, text: string): string {
  try {
    return wordOf(message, { status, text, body: JSON.parse(text) });
  } catch {
    return `${status} ${text.slice(0, 200)}`; // no answer of ours: fits nowhere
  }
}
