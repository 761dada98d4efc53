import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { Answer } from '../../bench/connection.ts';
import { BASES } from '../../src/gateways/fhir/interaction.ts';
import { ORGANISATIONS } from '../../src/local/organisations.ts';
import { PATIENTS } from '../../src/local/patients.ts';
import { newShortFormId } from '../../src/local/sample-messages/index.ts';
import type { SigningKey } from '../../src/local/signing/card-key.ts';
import { URGENCIES, type Urgency } from '../../src/platform/admission.ts';
import { messageOf } from '../../src/platform/trouble.ts';
import type { Tokens } from '../nothing-lost/datacentres.ts';
import * as request from '../nothing-lost/messages.ts';
import { present } from '../../src/kernel/bug.ts';
import { seeded } from '../nothing-lost/random.ts';
import type { Message, OfPharmacy } from '../nothing-lost/reference-message.ts';
import { Connections } from './connections.ts';
import type { Kept } from './figures.ts';
import { signedRequestOf, wordIn } from './journal.ts';
import { requestBytes } from './sender.ts';

export type CrowdSettings = {
  /** Of the datacentres. */
  readonly ports: readonly number[];
  /** Each of another application: one alone would be held to its share. */
  readonly suppliers: readonly Tokens[];
  readonly signingKey: SigningKey;
  readonly seed: number;
};

/** How a crowd comes: so many begin in a second, whatever is answered, or so many are there, each after the other. */
export type Coming = { readonly perSecond: number } | { readonly atOnce: number };

/** How long answers took, in milliseconds: of what was taken, and of what was refused. */
export type Times = { readonly taken: readonly number[]; readonly refused: readonly number[] };

export type CrowdFigures = {
  readonly seconds: number;
  /** Processor time that the crowd itself took, in seconds. */
  readonly ownSeconds: number;
  readonly times: Readonly<Record<Urgency, Times>>;
  /** Messages that were done. */
  readonly done: number;
  /** Prescriptions that came to their end. */
  readonly ended: number;
  readonly wrong: readonly string[];
  readonly sent: readonly Kept[];
  readonly prescriptions: readonly string[];
};

/** What is asked besides for each prescription; of a nation's traffic. */
const BESIDES: Readonly<Record<'report' | 'trace' | 'poll' | 'signOn', number>> = {
  report: 0.1,
  trace: 0.2,
  poll: 0.3,
  signOn: 0.3,
};

const TICK_MS = 5;
const READY = 8_000;
const AT_ONCE = 20; // then answers are heard in between
const PHARMACIES = 500;
const TRIES = 20; // of a message about a prescription that was taken
const GIVEN_BACK = 0.1;
const REFUSED: ReadonlySet<number> = new Set([429, 503]);
const surgery = ORGANISATIONS.surgery.ods;
const patient = PATIENTS.adult.nhsNumber;

/**
 * Prescribers and pharmacies who come whether or not others are answered. A prescriber who is refused goes away; whoever
 * has a prescription in hand comes again when they were told to. Others look, poll, ask for reports and sign on besides.
 */
export class Crowd {
  readonly #settings: CrowdSettings;
  readonly #random: () => number;
  readonly #pools: readonly Connections[];
  readonly #underWay = new Set<Promise<void>>();
  /** Orders that were refused: the next prescriber sends one of them. */
  readonly #orders: Order[] = [];
  readonly #due = { report: 0, trace: 0, poll: 0, signOn: 0 };
  #tally = newTally();
  #usage = process.cpuUsage();
  #asked = 0;

  constructor(settings: CrowdSettings) {
    this.#settings = settings;
    this.#random = seeded(settings.seed);
    this.#pools = settings.ports.map((port) => new Connections(port, this.#random));
  }

  async come(coming: Coming, seconds: number): Promise<CrowdFigures> {
    const since = performance.now();
    const elapsedMs = (): number => performance.now() - since;
    let begun = 0;
    while (elapsedMs() < seconds * 1_000) {
      const wanted =
        'perSecond' in coming
          ? (elapsedMs() / 1_000) * coming.perSecond - begun
          : coming.atOnce - this.#underWay.size;
      for (let n = 1; n <= wanted; n += 1) {
        this.#begin();
        if (n % AT_ONCE === 0) await delay(0);
      }
      begun += Math.max(0, Math.floor(wanted));
      await delay(TICK_MS);
    }
    return this.#take(elapsedMs() / 1_000);
  }

  /** So many orders, or enough of them, beforehand: whoever signs while they come takes what the others should have. */
  async sign(orders: number): Promise<CrowdFigures> {
    const since = performance.now();
    while (this.#orders.length < Math.min(orders, READY)) {
      this.#orders.push(this.#newOrder());
      if (this.#orders.length % AT_ONCE === 0) await delay(0);
    }
    return this.#take((performance.now() - since) / 1_000);
  }

  /** Once all that was begun has come to its end. */
  async end(): Promise<CrowdFigures> {
    const since = performance.now();
    await Promise.all(this.#underWay);
    return this.#take((performance.now() - since) / 1_000);
  }

  #take(seconds: number): CrowdFigures {
    const { user, system } = process.cpuUsage(this.#usage);
    this.#usage = process.cpuUsage();
    const figures = { seconds, ownSeconds: (user + system) / 1_000_000, ...this.#tally };
    this.#tally = newTally();
    return figures;
  }

  #begin(): void {
    this.#keep(this.#live());
    for (const [kind, part] of Object.entries(BESIDES) as [keyof typeof BESIDES, number][]) {
      this.#due[kind] += part;
      if (this.#due[kind] < 1) continue;
      this.#due[kind] -= 1;
      this.#keep(this.#ask(kind, this.#besides(kind)));
    }
  }

  #keep(work: Promise<unknown>): void {
    const kept = work
      .then(undefined, (error: unknown) => {
        this.#tally.wrong.push(String(error));
      })
      .then(() => {
        this.#underWay.delete(kept);
      });
    this.#underWay.add(kept);
  }

  async #live(): Promise<void> {
    const order = this.#orders.pop() ?? this.#newOrder();
    const { create, items } = order;
    const { prescription } = create;
    if (!(await this.#tell('send', create, { sent: order.sent, tries: 1 }))) {
      this.#orders.push(order);
      return;
    }
    this.#tally.prescriptions.push(prescription);
    const pharmacy = `F${String(Math.floor(this.#random() * PHARMACIES)).padStart(4, '0')}`;
    const by = (kind: OfPharmacy['kind']): OfPharmacy =>
      ({ kind, id: randomUUID(), prescription, pharmacy }) as OfPharmacy;
    if (!(await this.#tell('send', by('release')))) return;
    if (this.#random() < GIVEN_BACK) {
      await this.#tell('supply', by('return'));
    } else {
      const outcomes = Object.fromEntries(items.map((item) => [item, '0001']));
      const told = { patient, status: '0006', items: outcomes, replaces: null };
      const dispensed = { ...by('dispense'), ...told } as Message;
      if (!(await this.#tell('supply', dispensed))) return;
      const claim = { ...by('claim'), replaces: null } as Message;
      if (!(await this.#tell('supply', claim))) return;
    }
    this.#tally.ended += 1;
  }

  /** Whether it was done. */
  async #tell(
    urgency: Urgency,
    message: Message,
    {
      sent = signedRequestOf(message, this.#settings.signingKey),
      tries = TRIES,
    }: { readonly sent?: request.Sent; readonly tries?: number } = {},
  ): Promise<boolean> {
    const bytes = requestBytes(sent, this.#supplier()[sent.as]);
    for (let left = tries; left > 0; left -= 1) {
      const answer = await this.#ask(urgency, bytes);
      if (answer !== null && !REFUSED.has(answer.status)) {
        const word = wordIn(message, answer.status, answer.body.toString());
        const isDone = word === 'accepted' || word === 'released';
        if (isDone) {
          this.#tally.done += 1;
          this.#tally.sent.push({ kind: message.kind, id: message.id });
        } else this.#tally.wrong.push(`${message.kind} is answered ${word}`);
        return isDone;
      }
      if (left > 1) await delay(1_000 * (answer === null ? 1 : (againAfter(answer) ?? 1)));
    }
    return false;
  }

  /** Null: the connection broke. */
  async #ask(urgency: Urgency, bytes: Buffer): Promise<Answer | null> {
    const place = (this.#asked += 1) % this.#pools.length;
    const pool = present(this.#pools[place], 'pool');
    const since = performance.now();
    const connection = await pool.take();
    try {
      const answer = await connection.ask(bytes);
      const isRefused = REFUSED.has(answer.status);
      const times = this.#tally.times[urgency];
      (isRefused ? times.refused : times.taken).push(performance.now() - since);
      if (answer.status === 500) this.#tally.wrong.push(`${urgency} is answered 500`);
      if (isRefused && againAfter(answer) === null) {
        this.#tally.wrong.push(`${urgency} is answered ${answer.status} without a time`);
      }
      if (/\r\nconnection: close/i.test(answer.head)) connection.close();
      return answer;
    } catch (error) {
      this.#tally.wrong.push(`${urgency} is not answered: ${messageOf(error)}`);
      return null;
    } finally {
      pool.put(connection);
    }
  }

  #newOrder(): Order {
    const items = [randomUUID(), randomUUID()];
    const prescribedAt = new Date().toISOString();
    const facts = {
      patient,
      surgery,
      items,
      nominated: null,
      prescribedAt,
      course: 'acute',
    } as const;
    const prescription = newShortFormId(surgery, this.#random).slice(0, -1);
    const create = { kind: 'create', id: randomUUID(), prescription, facts } as const;
    return { create, items, sent: signedRequestOf(create, this.#settings.signingKey) };
  }

  #supplier(): Tokens {
    const { suppliers } = this.#settings;
    const one = suppliers[Math.floor(this.#random() * suppliers.length)];
    if (one === undefined) throw new Error('no supplier');
    return one;
  }

  #besides(kind: keyof typeof BESIDES): Buffer {
    const { dispenser, prescriber } = this.#supplier();
    const asked = { requestId: randomUUID(), body: Buffer.alloc(0) };
    switch (kind) {
      case 'report':
        return requestBytes(
          { ...asked, path: `${BASES.prescribing}/FHIR/R4/$validate`, body: REPORT },
          prescriber,
        );
      case 'trace': {
        const path = `${BASES.legacy}/FHIR/R4/Task?focus:identifier=24F5DA-A83008-7EFE6Z`;
        return requestBytes({ ...asked, path }, prescriber, 'GET');
      }
      case 'poll':
        return requestBytes(request.poll(request.pharmacist('FQ001')), dispenser);
      case 'signOn':
        return requestBytes({ ...asked, path: '/oauth2/authorize' }, dispenser, 'GET');
    }
  }
}

type Order = {
  readonly create: Extract<Message, { kind: 'create' }>;
  readonly items: readonly string[];
  readonly sent: request.Sent;
};

const REPORT = request.create(request.aPrescription()).body;

function newTally() {
  const times = Object.fromEntries(
    URGENCIES.map((urgency) => [urgency, { taken: [], refused: [] }]),
  ) as unknown as Record<Urgency, { taken: number[]; refused: number[] }>;
  const [wrong, sent, prescriptions]: [string[], Kept[], string[]] = [[], [], []];
  return { times, done: 0, ended: 0, wrong, sent, prescriptions };
}

/** In seconds; null: it does not say. */
function againAfter({ head }: Answer): number | null {
  const seconds = /\r\nretry-after: (\d+)/i.exec(head)?.[1];
  return seconds === undefined ? null : Number(seconds);
}
