import { randomUUID } from 'node:crypto';

import { inShort, post } from '../../nothing-lost/datacentres.ts';
import * as message from '../../nothing-lost/messages.ts';
import { eventsOf } from '../../nothing-lost/rows.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import { patiently, type System, tokensOf } from '../system.ts';

/** The same message many times at once. */
export const retryFaults: readonly Fault[] = [
  {
    id: 'F15',
    name: 'fifty copies of a message come at once',
    times: 1,
    counted: 100, // 100,000 copies
    missing: always,
    gapMaxMs: 5_000,
    happen: copies,
  },
  {
    id: 'F20',
    name: 'every client sends each message five times at once',
    times: 1,
    missing: always,
    gapMaxMs: 5_000,
    happen: retryStorm,
  },
];

const COPIES = 50;
const STORMS = 20;

/** Through both datacentres: one effect, and one answer for all that got one. */
async function copies({ system: { database, ports, rows } }: Scene): Promise<string[]> {
  const tokens = await tokensOf(database);
  const wrong: string[] = [];
  for (let storm = 0; storm < STORMS; storm += 1) {
    const written = message.aPrescription();
    const sent = message.create(written, randomUUID());
    const replies = await Promise.all(
      Array.from({ length: COPIES }, (_, n) =>
        post(`http://127.0.0.1:${ports[n % ports.length]}`, sent, tokens),
      ),
    );
    const answers = new Set(replies.filter(({ status }) => status < 409).map(inShort));
    const events = await patiently(() => eventsOf(rows, written.shortFormId));
    // All of them may be refused when too much comes, and then it may be done or not [RELIABILITY P6].
    const isWhole = answers.size === 0 ? events <= 1 : answers.size === 1 && events === 1;
    if (!isWhole) {
      wrong.push(`copies: ${[...answers].join(', ')}; ${events} events`);
    }
  }
  return wrong;
}

const RETRIES = 5;
const LANES = 48;
const MEASURED_MS = 4_000;
const STORM_MS = 12_000;
const BACK_WITHIN_MS = 60_000; // [RELIABILITY F20], as is the next
const BACK_PART = 0.8;

/** Once it is over as much is done as before it. */
async function retryStorm({ system }: Scene): Promise<string[]> {
  const before = await answeredPerSecond(system, 1, MEASURED_MS);
  await answeredPerSecond(system, RETRIES, STORM_MS);
  const until = performance.now() + BACK_WITHIN_MS;
  let best = 0;
  while (best < BACK_PART * before && performance.now() < until) {
    best = Math.max(best, await answeredPerSecond(system, 1, MEASURED_MS));
  }
  if (best >= BACK_PART * before) return [];
  return [
    `${before.toFixed(0)} orders a second before a storm of retries, ${best.toFixed(0)} after`,
  ];
}

/** Orders of which one of the copies, all sent at once, is answered 200. */
async function answeredPerSecond(
  { database, ports }: System,
  copiesOfEach: number,
  forMs: number,
): Promise<number> {
  const tokens = await tokensOf(database);
  const until = performance.now() + forMs;
  let answered = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      const sent = message.create(message.aPrescription(), randomUUID());
      const replies = await Promise.allSettled(
        Array.from({ length: copiesOfEach }, (_, n) =>
          post(`http://127.0.0.1:${ports[n % ports.length]}`, sent, tokens),
        ),
      );
      const isDone = replies.some((one) => one.status === 'fulfilled' && one.value.status === 200);
      answered += isDone ? 1 : 0;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return answered / (forMs / 1000);
}
