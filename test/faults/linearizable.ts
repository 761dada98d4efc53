import { referenceModel } from '../nothing-lost/reference-model.ts';
import type { Message } from '../nothing-lost/reference-message.ts';

/** A message of a client: when it was first sent, and what it was answered in the end. */
export type Operation = {
  readonly message: Message;
  readonly callMs: number;
  /** When its answer came; infinite when none ever did: it may have happened at any time, or never. */
  readonly returnMs: number;
  /** In the words of the model; null without an answer. */
  readonly answer: string | null;
};

/** Operations as they may have happened, one after another. */
type Order = readonly Operation[];

/**
 * Whether the answers about one prescription can be explained by its messages having happened one after
 * another, each between its call and its return [RELIABILITY 5]. Null when they can; else the longest order
 * that explains some of them, and what fits nowhere behind it. `at` is an instant of the run.
 */
export function contradiction(history: readonly Operation[], at: string): Contradiction | null {
  const answered = history.filter(({ answer }) => answer !== null);
  const unknown = history.filter(({ answer }) => answer === null);
  const usual = answered.toSorted((one, other) => one.returnMs - other.returnMs);
  if (unknown.length === 0 && explained(usual, at).length === usual.length) return null;
  return search(history, at);
}

export type Contradiction = { readonly explains: Order; readonly fitsNowhere: Order };

/** Depth first over all orders that the times allow, each state of the search tried once. */
function search(history: readonly Operation[], at: string): Contradiction | null {
  const tried = new Set<string>();
  let longest: Order = [];
  const goesOn = (order: Order): boolean => {
    if (order.length > longest.length) longest = order;
    const waiting = history.filter((one) => !order.includes(one));
    if (waiting.every(({ answer }) => answer === null)) return true;
    return candidates(waiting).some((next) => {
      const longer = [...order, next];
      const key = `${placesOf(longer, history)} ${stateAfter(longer, at)}`;
      if (tried.has(key)) return false;
      tried.add(key);
      return explained(longer, at).length === longer.length && goesOn(longer);
    });
  };
  if (goesOn([])) return null;
  const rest = history.filter((one) => !longest.includes(one));
  return { explains: longest, fitsNowhere: candidates(rest) };
}

/** What may come next: whatever was called before any of those that wait had returned. */
function candidates(waiting: readonly Operation[]): readonly Operation[] {
  const earliest = Math.min(...waiting.map(({ returnMs }) => returnMs));
  return waiting.filter(({ callMs }) => callMs <= earliest);
}

/** As much of an order as gets these answers from the model. */
function explained(order: Order, at: string): Order {
  const model = referenceModel();
  const wrong = order.findIndex(
    ({ message, answer }) => ![null, model.send(message, at)].includes(answer),
  );
  return wrong === -1 ? order : order.slice(0, wrong);
}

function placesOf(order: Order, history: readonly Operation[]): string {
  const places = order.map((one) => history.indexOf(one));
  return places.toSorted((one, other) => one - other).join();
}

/** Of the one prescription that all of it is about. */
function stateAfter(order: Order, at: string): string {
  const model = referenceModel();
  let id = '';
  for (const { message } of order) {
    model.send(message, at);
    if ('prescription' in message) id = message.prescription;
  }
  return JSON.stringify([model.view(id), model.lastTold(id)]);
}
