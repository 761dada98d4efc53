import { brand } from '../../src/kernel/brand.ts';
import type { Instant } from '../../src/kernel/instant.ts';
import { type LondonDate, londonDate } from '../../src/kernel/london.ts';
import { fail, ok, type Result } from '../../src/kernel/result.ts';
import { evolveAll, type Known } from '../../src/prescriptions/evolve.ts';
import { decide as cancel } from '../../src/prescriptions/messages/cancel/decide.ts';
import { decide as claim } from '../../src/prescriptions/messages/claim/decide.ts';
import { decide as create } from '../../src/prescriptions/messages/create/decide.ts';
import { decide as dispense } from '../../src/prescriptions/messages/dispense/decide.ts';
import { decide as release } from '../../src/prescriptions/messages/release/decide.ts';
import { decide as giveBack } from '../../src/prescriptions/messages/return/decide.ts';
import { decide as withdraw } from '../../src/prescriptions/messages/withdraw/decide.ts';
import type { Outcome } from '../../src/prescriptions/outcome.ts';
import type { PrescriptionEvent } from '../../src/prescriptions/prescription.ts';
import type { PrescriptionId } from '../../src/prescriptions/prescription-id.ts';
import { type QueueChange, queueChanges } from '../../src/prescriptions/queue.ts';
import type { Rejection } from '../../src/prescriptions/rejections.ts';
import { textOf } from '../../src/prescriptions/rejections.ts';
import { COMPATIBLE } from '../../src/prescriptions/settings.ts';
import * as command from './commands.ts';
import type { Answered, System } from './play.ts';
import type { Message } from './reference-message.ts';
import { viewOf, wordOf } from './words.ts';

/** The pure functions of the service; a mutant has another one in a place of one of them. */
export type Core = {
  readonly create: typeof create;
  readonly release: typeof release;
  readonly giveBack: typeof giveBack;
  readonly dispense: typeof dispense;
  readonly withdraw: typeof withdraw;
  readonly claim: typeof claim;
  readonly cancel: typeof cancel;
  readonly evolveAll: typeof evolveAll;
  readonly queueChanges: typeof queueChanges;
};

export const CORE: Core = {
  create,
  release,
  giveBack,
  dispense,
  withdraw,
  claim,
  cancel,
  evolveAll,
  queueChanges,
};

const BATCH_MAX = 25;

type Deed = { readonly events: readonly PrescriptionEvent[]; readonly outcome: Outcome };
type Entry = Extract<QueueChange, { kind: 'enter' }> & { readonly id: PrescriptionId };

/** A Spine in memory, to play many histories fast: only the deciding is the service's. */
export function pureSpine(core: Core = CORE): System {
  const states = new Map<PrescriptionId, Known>();
  const answered = new Map<string, { readonly content: string; readonly answer: Answered }>();
  let queue: readonly Entry[] = [];

  function send(message: Message, at: Instant): Answered {
    const key = `${message.kind} ${message.id}`;
    const content = JSON.stringify(message);
    const before = answered.get(key);
    if (before?.content === content) return before.answer;
    if (before !== undefined) return answerOf(refused({ kind: 'MessageIdUsedBefore' }, at), []);
    const answer = message.kind === 'download' ? download(message, at) : one(message, at);
    if (answer.word !== 'NO_MORE_PRESCRIPTIONS') answered.set(key, { content, answer });
    return answer;
  }

  function one(message: Exclude<Message, { kind: 'download' }>, at: Instant): Answered {
    const id = brand<PrescriptionId>(message.prescription);
    const state = states.get(id) ?? null;
    const decision = decide(core, state, message, at);
    if (!decision.ok) return answerOf(refused(decision.error, at), [id]);
    keep(id, decision.value.events);
    return answerOf(decision.value.outcome, [id]);
  }

  function download(message: Extract<Message, { kind: 'download' }>, at: Instant): Answered {
    const today = londonDate(new Date(at));
    const ready = queue
      .filter((entry) => entry.organisation === message.pharmacy && isOpen(entry, today))
      .toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
      .slice(0, BATCH_MAX);
    const released = ready.flatMap(({ id }) => {
      const decision = core.release(states.get(id) ?? null, command.release(message, at));
      if (decision.ok) keep(id, decision.value);
      return decision.ok ? [id] : [];
    });
    if (released.length === 0) return answerOf(refused({ kind: 'NoMorePrescriptions' }, at), []);
    return answerOf(command.released(message, at), released);
  }

  function keep(id: PrescriptionId, events: readonly PrescriptionEvent[]): void {
    if (events.length === 0) return;
    const before = states.get(id) ?? null;
    const after = core.evolveAll(id, before, events);
    for (const change of core.queueChanges(before, events, after)) {
      queue =
        change.kind === 'enter'
          ? [...queue, { ...change, id }]
          : queue.filter((entry) => entry.id !== id || entry.organisation !== change.organisation);
    }
    states.set(id, after);
  }

  return {
    send: (message, at) => Promise.resolve(send(message, brand<Instant>(at))),
    view: (id) => Promise.resolve(viewOf(states.get(brand<PrescriptionId>(id)) ?? null)),
  };
}

function decide(
  core: Core,
  state: Known | null,
  message: Exclude<Message, { kind: 'download' }>,
  at: Instant,
): Result<Deed, Rejection> {
  switch (message.kind) {
    case 'create':
      return accepted(core.create(state, command.create(message, at)), at);
    case 'release': {
      const decision = core.release(state, command.release(message, at));
      return decision.ok
        ? ok({ events: decision.value, outcome: command.released(message, at) })
        : decision;
    }
    case 'return':
      return accepted(core.giveBack(state, command.giveBack(message, at), COMPATIBLE), at);
    case 'dispense':
      return accepted(core.dispense(state, command.dispense(message, at), COMPATIBLE), at);
    case 'withdraw':
      return accepted(core.withdraw(state, command.withdraw(message, at), COMPATIBLE), at);
    case 'claim':
      return accepted(core.claim(state, command.claim(message, at), COMPATIBLE), at);
    case 'cancel': {
      const decision = core.cancel(state, command.cancel(message, at));
      const answer = { kind: 'CancelAnswered', at } as const;
      if (!decision.ok) {
        const detail = textOf(decision.error);
        return ok({ events: [], outcome: { ...answer, code: 'R-5000', detail, performer: null } });
      }
      const { events, code, performer } = decision.value;
      return ok({ events, outcome: { ...answer, code, detail: null, performer } });
    }
  }
}

function accepted(
  decision: Result<PrescriptionEvent[], Rejection>,
  at: Instant,
): Result<Deed, Rejection> {
  return decision.ok
    ? ok({ events: decision.value, outcome: { kind: 'Accepted', at } })
    : fail(decision.error);
}

function refused(rejection: Rejection, at: Instant): Outcome {
  return { kind: 'Refused', rejection, at };
}

function answerOf(outcome: Outcome, ids: readonly PrescriptionId[]): Answered {
  return { word: wordOf(outcome, ids), raw: JSON.stringify({ outcome, ids }) };
}

function isOpen({ availableOn, expiresOn }: Entry, today: LondonDate): boolean {
  return availableOn <= today && expiresOn > today;
}

function sortKey({ prescribedAt, id }: Entry): string {
  return `${prescribedAt} ${id}`;
}
