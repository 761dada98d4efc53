import { setTimeout as delay } from 'node:timers/promises';

import { post, type Tokens } from '../../nothing-lost/datacentres.ts';
import * as message from '../../nothing-lost/messages.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import { tokensOf } from '../system.ts';

const POLLS_PER_SECOND = 19; // 11,400 pharmacies in ten minutes [RELIABILITY F36], as are the next three
const CROWD = 10;
const P99_MAX_MS = 1_000;
const POLLS = 11_400;
const USUAL = 8; // lanes beside it: 64 are more than the machine can do by themselves
const TRIES = 30;
const AGAIN_MS = 1_000;
const ALL_LANES = 1_000_000;

/** All pharmacies begin to poll: at opening time, and ten times as many in a second. */
export const pollFaults: readonly Fault[] = [
  polls('pharmacies poll as at opening time, each answered within a second', {
    perSecond: POLLS_PER_SECOND,
    seconds: 30,
    p99MaxMs: P99_MAX_MS,
  }),
  polls(
    'eleven thousand pharmacies begin to poll, ten times as many in a second as at opening time',
    { perSecond: CROWD * POLLS_PER_SECOND, seconds: 10, p99MaxMs: null },
  ),
];

type Polls = {
  readonly perSecond: number;
  readonly seconds: number;
  /** Of 99 in 100; null: however long it takes, none is lost. */
  readonly p99MaxMs: number | null;
};

function polls(name: string, { perSecond, seconds, p99MaxMs }: Polls): Fault {
  const count = perSecond * seconds;
  return {
    id: 'F36',
    name,
    times: 1,
    counted: POLLS / count,
    missing: always,
    gapMaxMs: 5_000,
    happen: async ({ system: { database, ports }, client }: Scene) => {
      const tokens = await tokensOf(database);
      if (p99MaxMs !== null) await client.go(USUAL);
      const each = Array.from({ length: count }, async (_, n) => {
        await delay((1_000 / perSecond) * n);
        return poll(`http://127.0.0.1:${ports[n % ports.length]}`, n, tokens);
      });
      const polled = await Promise.all(each);
      await client.go(ALL_LANES);
      const p99Ms = p99Of(polled.map(({ tookMs }) => tookMs));
      const isSlow = p99MaxMs !== null && p99Ms > p99MaxMs;
      return [
        ...polled.flatMap(({ wrong }) => wrong),
        ...(isSlow
          ? [`of ${count} polls one in a hundred took ${p99Ms.toFixed(0)} ms or more`]
          : []),
      ];
    },
  };
}

type Polled = { readonly wrong: readonly string[]; readonly tookMs: number };

/** Answered, or told when to come again and answered then. */
async function poll(address: string, n: number, tokens: Tokens): Promise<Polled> {
  const since = performance.now();
  const ended = (wrong: readonly string[]): Polled => ({
    wrong,
    tookMs: performance.now() - since,
  });
  const sent = message.poll(message.pharmacist(`Q${String(n).padStart(5, '0')}`));
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { status, text } = await post(address, sent, tokens);
    if (status !== 503 && status !== 429) {
      return ended(status < 500 ? [] : [`a poll: ${status} ${text}`]);
    }
    await delay(AGAIN_MS);
  }
  return ended(['a poll was turned away for half a minute']);
}

function p99Of(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? 0;
}
