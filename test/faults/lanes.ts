import { setTimeout as delay } from 'node:timers/promises';

import type { SigningKey } from '../../src/local/signing/card-key.ts';
import type { Tokens } from '../nothing-lost/datacentres.ts';
import { seeded } from '../nothing-lost/random.ts';
import { Counter, type Figures } from './figures.ts';
import { Journal } from './journal.ts';
import { live } from './life.ts';
import { Sender } from './sender.ts';

export type LanesSettings = {
  /** Of the datacentres. */
  readonly ports: readonly number[];
  readonly lanes: number;
  readonly seed: number;
  readonly tokens: Tokens;
  readonly signingKey: SigningKey;
  /** The part of the prescriptions of which one message is sent once more at the end. */
  readonly asksAgain: number;
  /** How long, at the end, it waits for the answers that are still to come. */
  readonly lastAnswersMs: number;
};

/** Surgeries and pharmacies that send, each one prescription after the other, until they are told to end. */
export type Lanes = {
  /** Figures since the last look. */
  readonly look: () => Figures;
  readonly renew: (tokens: Tokens) => void;
  /** The part of the answers that does not arrive from now on. */
  readonly lose: (part: number) => void;
  /** How many go on from now on; the others rest between their prescriptions. */
  readonly go: (lanes: number) => void;
  /** Ends sending, once all that was begun is answered; the figures since the last look. */
  readonly end: () => Promise<Figures>;
};

const AT_ONCE = 2; // of one prescription
const REST_MS = 100;

export function startLanes(settings: LanesSettings): Lanes {
  const counter = new Counter();
  const prescribedAt = new Date().toISOString();
  const ending = new AbortController();
  let { tokens } = settings;
  let lostPart = 0;
  let going = settings.lanes;
  let endsAt = Number.POSITIVE_INFINITY;
  const lane = async (number: number): Promise<void> => {
    const random = seeded(settings.seed + number);
    const way = {
      ports: settings.ports,
      tokens: () => tokens,
      isLost: () => lostPart > 0 && random() < lostPart,
    };
    const senders = Array.from({ length: AT_ONCE }, (_, n) => new Sender(way, number + n));
    const isOver = (): boolean => performance.now() > endsAt;
    const parts = { senders, counter, key: settings.signingKey, isOver };
    while (!ending.signal.aborted) {
      if (number >= going) {
        await delay(REST_MS);
        continue;
      }
      const journal = new Journal(parts);
      const prescription = await live(journal.tell, random, prescribedAt);
      if (random() < settings.asksAgain) await journal.askAgain(random);
      counter.ended(prescription, journal.contradiction(prescribedAt));
    }
    for (const sender of senders) sender.close();
  };
  const lanes = Promise.all(Array.from({ length: settings.lanes }, (_, number) => lane(number)));
  return {
    look: () => counter.take(),
    renew: (others) => {
      tokens = others;
    },
    lose: (part) => {
      lostPart = part;
    },
    go: (most) => {
      going = most;
    },
    end: async () => {
      ending.abort();
      endsAt = performance.now() + settings.lastAnswersMs;
      await lanes;
      return counter.take();
    },
  };
}
