import { Agent, request } from 'node:http';

import { currentKey, signAccessToken } from '../../../src/identity/index.ts';
import { handOver } from '../../../src/installation/datacentre-orders.ts';
import { PERSONAS } from '../../../src/local/personas.ts';
import { claimsOf } from '../../../src/local/tokens.ts';
import { DISPENSING } from '../../support/server.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import { primaryOf, type System } from '../system.ts';

const SWITCH_MS = 5_000; // [RELIABILITY P9]
const BEHIND_MS = 5_000; // others keep their bands
const FLOOD_MS = 10_000;
const FLOOD_AT_ONCE = 400;
const DAY_S = 86_400;

/** Planned switches, and more than can be done. */
export const loadFaults: readonly Fault[] = [
  {
    id: 'P9',
    name: 'the writes move to the other site in good order',
    times: 4,
    missing: always,
    gapMaxMs: SWITCH_MS,
    happen: async ({ system: { cluster, datacentres }, system }) => {
      const problem = await handOver(cluster, datacentres, await primaryOf(system));
      if (problem !== null) throw new Error(`the writes did not move: ${problem}`);
    },
  },
  {
    id: 'F22',
    name: 'one supplier floods with what is wrong',
    times: 1,
    missing: always,
    gapMaxMs: BEHIND_MS,
    happen: (scene) => flood(scene, { method: 'POST', path: `${DISPENSING}/Task`, body: '{}' }),
  },
  {
    id: 'F35',
    name: 'trackers ask for many times what can be done',
    times: 1,
    missing: always,
    gapMaxMs: BEHIND_MS,
    happen: (scene) => {
      const path = `${DISPENSING}/Task?focus:identifier=24F5DA-A83008-7EFE6Z`;
      return flood(scene, { method: 'GET', path, body: '' });
    },
  },
];

type Asked = { readonly method: string; readonly path: string; readonly body: string };

/** Hundreds at once, each asking again as soon as it is answered; what is refused must say when to come again. */
async function flood({ system }: Scene, asked: Asked): Promise<void> {
  const token = await tokenOfOther(system);
  const until = performance.now() + FLOOD_MS;
  const agent = new Agent({ keepAlive: true, maxSockets: FLOOD_AT_ONCE });
  const lane = async (place: number): Promise<void> => {
    while (performance.now() < until) {
      const port = system.ports[place % system.ports.length] ?? 0;
      const { status, retryAfter } = await answerOf(agent, port, { ...asked, token });
      if (status === 500) throw new Error(`a flood is answered ${status}`);
      if (status === 503 && retryAfter === undefined) throw new Error('refused without a time');
    }
  };
  await Promise.all(Array.from({ length: FLOOD_AT_ONCE }, (_, place) => lane(place)));
  agent.destroy();
}

/** Of an application that nobody else uses. */
async function tokenOfOther({ database }: System): Promise<string> {
  const claims = { ...claimsOf(PERSONAS.dispenser, null), client: 'another-supplier' };
  return signAccessToken(await currentKey(database), claims, new Date(), DAY_S);
}

/** Status 0: the connection broke. */
function answerOf(
  agent: Agent,
  port: number,
  { method, path, body, token }: Asked & { readonly token: string },
): Promise<{ readonly status: number; readonly retryAfter?: string | undefined }> {
  return new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'x-request-id': crypto.randomUUID(),
      'content-type': 'application/fhir+json',
    };
    const asking = request({ host: '127.0.0.1', port, method, path, agent, headers }, (answer) => {
      answer.resume();
      answer.once('close', () =>
        resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] }),
      );
    });
    asking.once('error', () => resolve({ status: 0 }));
    asking.end(body);
  });
}
