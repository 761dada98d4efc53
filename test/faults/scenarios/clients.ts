import { setTimeout as delay } from 'node:timers/promises';

import { rotateKeys } from '../../../src/identity/index.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import { tokensOf } from '../system.ts';

/** What clients and networks do to messages, and what happens to the keys of their tokens. */
export const clientFaults: readonly Fault[] = [
  {
    ...common('F19', 'every fifth answer is lost on its way'),
    happen: async ({ client }) => {
      await client.lose(0.2);
      await delay(LASTS_MS);
      await client.lose(0);
    },
  },
  {
    ...common('F26', 'the keys of the access tokens change every ten seconds'),
    counted: 20, // 60 changes
    happen: async ({ system: { database }, client }) => {
      for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
        await rotateKeys(database, new Date());
        await client.renew(await tokensOf(database));
        await delay(ROTATED_EVERY_MS);
      }
    },
  },
  { ...common('F27', 'nobody can sign in; whoever is signed in works on'), happen: signInAway },
];

const LASTS_MS = 15_000;
const ROTATIONS = 3;
const ROTATED_EVERY_MS = 10_000;

function common(id: string, name: string): Omit<Fault, 'happen'> {
  return { id, name, times: 1, missing: always, gapMaxMs: 5_000 };
}

const TOLD_WITHIN_MS = 5_000; // [RELIABILITY F27]
const ASKED_EVERY_MS = 500;

/** Who asks meanwhile is told soon that it cannot be, and when to come again; afterwards it can. */
async function signInAway({ system: { ports } }: Scene): Promise<string[]> {
  const wrong: string[] = [];
  await Promise.all(ports.map((port) => setFault(port, 'PUT')));
  for (const until = performance.now() + LASTS_MS; performance.now() < until; ) {
    for (const port of ports) {
      const since = performance.now();
      const { status, headers } = await signIn(port);
      const isTold = status === 503 && headers.has('retry-after');
      const tookMs = performance.now() - since;
      if (!isTold || tookMs > TOLD_WITHIN_MS) wrong.push(`${status} after ${tookMs.toFixed(0)} ms`);
    }
    await delay(ASKED_EVERY_MS);
  }
  await Promise.all(ports.map((port) => setFault(port, 'DELETE')));
  const after = await Promise.all(ports.map(signIn));
  const failed = after.filter(({ status }) => status !== 200);
  return [...wrong, ...failed.map(({ status }) => `sign-in is still ${status}`)];
}

async function setFault(port: number, method: 'PUT' | 'DELETE'): Promise<void> {
  const body = method === 'PUT' ? { body: JSON.stringify({ name: 'away', signIn: 100 }) } : {};
  const answer = await fetch(`http://127.0.0.1:${port}/_local/faults`, { method, ...body });
  if (answer.status !== 200) throw new Error(`sign-in was not taken away: ${answer.status}`);
  await answer.arrayBuffer();
}

/** As developers of a test system do. */
async function signIn(port: number): Promise<Response> {
  const answer = await fetch(`http://127.0.0.1:${port}/_local/token`, {
    method: 'POST',
    body: JSON.stringify({ persona: 'prescriber' }),
  });
  await answer.arrayBuffer();
  return answer;
}
