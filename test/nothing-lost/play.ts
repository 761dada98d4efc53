import assert from 'node:assert/strict';

import { director } from './director.ts';
import type { History } from './history.ts';
import type { Message, View } from './reference-message.ts';
import { referenceModel } from './reference-model.ts';

/** Something that does messages: the pure core, the handlers on a database, or datacentres. */
export type System = {
  send(message: Message, at: string): Promise<Answered>;
  view(prescription: string): Promise<object | null>;
  /** What of a prescription it shows, where that is less than all. */
  readonly shows?: (view: View) => object | null;
};

/** The answer in the words of the model, and as it was given. */
export type Answered = { readonly word: string; readonly raw: string };

export type Played = { readonly commands: number; readonly prescriptions: readonly string[] };

export type Play = {
  /** No other history in the same system has it. */
  readonly run: number;
  readonly start: string;
  readonly isWhole: boolean;
  /** Whether to look at the prescription after each message, or only at the end. */
  readonly looksEachTime: boolean;
  /** Gets the status and kind of each message: what was covered. */
  readonly cover?: Set<string>;
};

type Said = {
  readonly at: string;
  readonly message: Message;
  readonly model: string;
  readonly system: string;
};

/** Sends each message to the system and to the model: answers and states must be alike. */
export async function play(history: History, system: System, options: Play): Promise<Played> {
  const model = referenceModel();
  const { run, start, isWhole, looksEachTime, cover } = options;
  const directed = director(run, { ...history, start }, model, isWhole);
  const { prescriptions } = directed;
  const firsts = new Map<string, { readonly content: string; readonly raw: string }>();
  const returned = new Set<string>();
  const story: Said[] = [];
  let now = Date.parse(start);

  for (const step of history.steps) {
    now += step.waitMinutes * 60_000 + 1;
    const at = new Date(now).toISOString();
    const message = directed.next(step);
    const about =
      'prescription' in message ? message.prescription : (prescriptions[step.slot] ?? '');
    cover?.add(`${model.view(about)?.status ?? 'none'} ${kindOf(message)}`);
    const expected = model.send(message, at);
    const { word, raw } = await system.send(message, at);
    story.push({ at, message, model: expected, system: word });
    same(word, expected);
    const isRepeat = answeredAlike(message, word, raw);
    if (!isRepeat) staysReturned(message, word);
    if (looksEachTime) await looksAlike(about);
  }
  for (const prescription of prescriptions) await looksAlike(prescription);
  return { commands: history.steps.length, prescriptions };

  /** A failure is told with all that went before it. */
  function same(actual: unknown, expected: unknown): void {
    try {
      assert.deepEqual(actual, expected);
    } catch (error) {
      const told = story.map((said) => JSON.stringify(said)).join('\n');
      throw new Error(`${String(error)}\nafter\n${told}`, { cause: error });
    }
  }

  async function looksAlike(prescription: string): Promise<void> {
    const view = model.view(prescription);
    const shown = view === null || system.shows === undefined ? view : system.shows(view);
    same(await system.view(prescription), shown);
  }

  /** A repeat gets the first answer, down to the byte [RELIABILITY P2]. */
  function answeredAlike(message: Message, word: string, raw: string): boolean {
    const key = `${message.kind} ${message.id}`;
    const content = JSON.stringify(message);
    const first = firsts.get(key);
    const isRepeat = first?.content === content;
    if (isRepeat) same(raw, first.raw);
    if (first === undefined && word !== 'NO_MORE_PRESCRIPTIONS') firsts.set(key, { content, raw });
    return isRepeat;
  }

  /** What came back never leaves by automatic download again [RELIABILITY P4, I8]. */
  function staysReturned(message: Message, word: string): void {
    if (message.kind === 'return' && word === 'accepted') returned.add(message.prescription);
    if (message.kind !== 'download') return;
    same(
      word.split(' ').filter((id) => returned.has(id)),
      [],
    );
  }
}

function kindOf(message: Message): string {
  const isAmendment = 'replaces' in message && message.replaces !== null;
  return isAmendment ? `amend ${message.kind}` : message.kind;
}
