import { randomUUID } from 'node:crypto';

import type { Person } from '../src/local/personas.ts';
import {
  BATCH,
  EXTRAS,
  type Facts,
  isQuestion,
  type Kind,
  KINDS,
  type Life,
  LIVES,
  newFacts,
  type Question,
  type Step,
} from './prescriptions.ts';

/** One message to be sent: of one prescription, or of the 25 that a nominated release brings. */
export type Task<Made> = {
  readonly kind: Kind;
  readonly facts: readonly Facts[];
  /** What is sent, built before the clock starts. */
  made: Made | null;
};

type Traveller<Made> = {
  readonly facts: Facts;
  readonly tasks: readonly Task<Made>[];
  readonly batch: Batch<Made> | null;
  done: number;
};
type Batch<Made> = {
  readonly release: Task<Made>;
  readonly members: Traveller<Made>[];
  created: number;
};
type Pharmacy<Made> = { readonly person: Person; readonly batches: Batch<Made>[]; isBusy: boolean };

/** Says which message comes next, so that each prescription's own come in their order. */
export class Journey<Made> {
  readonly #make: (task: Task<Made>) => Made;
  readonly #pharmacies: Pharmacy<Made>[];
  readonly #travellers = new Map<Task<Made>, Traveller<Made>>();
  readonly #homes = new Map<Task<Made>, Pharmacy<Made>>();
  readonly #ready: Record<Step, Queue<Task<Made>>>;
  #questions: readonly Task<Made>[] = [];
  #alive: Traveller<Made>[] = [];
  #turn = 0;
  #waves = 0;

  constructor(people: readonly Person[], make: (task: Task<Made>) => Made) {
    this.#make = make;
    this.#pharmacies = people.map((person) => ({ person, batches: [], isBusy: false }));
    const queues = KINDS.map((kind) => [kind, new Queue<Task<Made>>()]);
    this.#ready = Object.fromEntries(queues) as Record<Step, Queue<Task<Made>>>;
  }

  /** Has `creates` new prescriptions to send, and every message of these kinds built. */
  prepare(kinds: readonly Kind[], creates: number): void {
    const [only] = kinds;
    if (isQuestion(only)) return this.#think(only);
    const isMixed = kinds.length > 1;
    while (kinds.includes('create') && this.#ready.create.size < creates) this.#wave(isMixed);
    this.#alive = this.#alive.filter(({ tasks, done }) => done < tasks.length);
    for (const kind of KINDS.filter((one) => kinds.includes(one))) {
      for (const { tasks, done } of this.#alive) {
        const task = tasks.find((one, step) => one.kind === kind && step >= done);
        if (task !== undefined) task.made ??= this.#make(task);
      }
    }
  }

  /** Null when nothing of these kinds can be sent now. A release goes first; the others take turns. */
  next(kinds: readonly Kind[]): Task<Made> | null {
    if (isQuestion(kinds[0])) {
      return this.#questions[this.#turn++ % this.#questions.length] ?? null;
    }
    for (let tried = 0; tried <= kinds.length; tried += 1) {
      const isFirst = tried === 0 && kinds.includes('releaseNominated');
      const kind = isFirst ? 'releaseNominated' : kinds[this.#turn++ % kinds.length];
      const task = kind === undefined || isQuestion(kind) ? undefined : this.#ready[kind].take();
      if (task !== undefined) return task;
    }
    return null;
  }

  done(task: Task<Made>): void {
    if (isQuestion(task.kind)) return; // it is asked again
    task.made = null;
    if (task.kind === 'releaseNominated') return this.#released(task);
    const traveller = this.#travellers.get(task);
    if (traveller === undefined) throw new Error('a message that nobody sent was answered');
    this.#travellers.delete(task);
    const { batch } = traveller;
    if (batch === null || task.kind !== 'create') return this.#advance(traveller);
    traveller.done += 1;
    batch.created += 1;
    this.#callFor(this.#homes.get(batch.release));
  }

  /** Questions change nothing: a good number of them is asked again and again. */
  #think(kind: Question): void {
    const created = this.#alive.filter(({ done }) => done > 0);
    const facts = Array.from({ length: QUESTIONS_MAX }, (_, n) =>
      kind === 'prepare'
        ? newFacts('walkIn', present(this.#pharmacies[0]).person, randomUUID(), new Date(START_MS))
        : present(present(created[n % created.length]).facts),
    );
    this.#questions = facts.map((one) => {
      const task: Task<Made> = { kind, facts: [one], made: null };
      task.made = this.#make(task);
      return task;
    });
  }

  #advance(traveller: Traveller<Made>): void {
    traveller.done += 1;
    const next = traveller.tasks[traveller.done];
    if (next !== undefined && !isQuestion(next.kind)) this.#ready[next.kind].put(next);
  }

  #released(task: Task<Made>): void {
    const home = this.#homes.get(task);
    const batch = home?.batches.shift();
    if (home === undefined || batch === undefined) throw new Error('a release of no batch');
    this.#homes.delete(task);
    home.isBusy = false;
    for (const member of batch.members) this.#advance(member);
    this.#callFor(home);
  }

  /** A pharmacy asks for one batch at a time, the oldest first, once all of it waits. */
  #callFor(home: Pharmacy<Made> | undefined): void {
    const [oldest] = home?.batches ?? [];
    if (home === undefined || oldest === undefined || home.isBusy) return;
    if (oldest.created < oldest.members.length) return;
    home.isBusy = true;
    this.#ready.releaseNominated.put(oldest.release);
  }

  /** A batch for each pharmacy, one pharmacy after the other: their releases come one by one, as they do from strangers. */
  #wave(isMixed: boolean): void {
    const lives: Life[] = [...Array<Life>(BATCH).fill('usual'), ...(isMixed ? EXTRAS : [])];
    const at = new Date(START_MS + this.#waves * 1000); // a later batch is prescribed later
    this.#waves += 1;
    for (const home of this.#pharmacies) {
      const join = this.#batch(home, at);
      for (const life of lives) join(life);
    }
  }

  /** Answers what lets one more prescription in. */
  #batch(home: Pharmacy<Made>, at: Date): (life: Life) => void {
    const release: Task<Made> = { kind: 'releaseNominated', facts: [], made: null };
    const batch: Batch<Made> = { release, members: [], created: 0 };
    const releaseRequest = randomUUID();
    home.batches.push(batch);
    this.#homes.set(release, home);
    return (life) => {
      const request = life === 'usual' ? releaseRequest : randomUUID();
      const facts = newFacts(life, home.person, request, at);
      this.#join(facts, life, life === 'usual' ? batch : null);
    };
  }

  #join(facts: Facts, life: Life, batch: Batch<Made> | null): void {
    const tasks = LIVES[life].map((kind): Task<Made> => {
      if (kind === 'releaseNominated' && batch !== null) return batch.release;
      return { kind, facts: [facts], made: null };
    });
    const traveller = { facts, tasks, batch, done: 0 };
    for (const task of tasks) if (task !== batch?.release) this.#travellers.set(task, traveller);
    if (batch !== null) {
      batch.members.push(traveller);
      (batch.release.facts as Facts[]).push(facts);
    }
    this.#alive.push(traveller);
    this.#ready.create.put(present(tasks[0]));
  }
}

const QUESTIONS_MAX = 1_000;
const START_MS = Date.now() - 7 * 86_400_000; // nothing expires or is post-dated

class Queue<Item> {
  #items: Item[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  put(item: Item): void {
    this.#items.push(item);
  }

  take(): Item | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    }
    return item;
  }
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('nothing there');
  return value;
}
