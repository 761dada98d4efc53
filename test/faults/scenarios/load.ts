import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import { currentKey, signAccessToken } from '../../../src/identity/index.ts';
import { handOver } from '../../../src/installation/datacentre-orders.ts';
import { PERSONAS } from '../../../src/local/personas.ts';
import { claimsOf } from '../../../src/local/tokens.ts';
import { sql } from '../../../src/platform/sql.ts';
import { DISPENSING } from '../../support/server.ts';
import { always, type Fault, partOf, type Scene, WRITES_BACK_MS } from '../fault.ts';
import { primaryOf, type System } from '../system.ts';

const SWITCH_MS = 5_000; // [RELIABILITY P9]
const BEHIND_MS = 5_000; // others keep their bands
const SLOW_PART = 0.001; // [RELIABILITY F22]
const OTHERS = 8; // lanes: 64 are more than the machine can do by themselves
const ALL_LANES = 1_000_000;
const FLOOD_MS = 10_000;
const FLOOD_AT_ONCE = 400;
const STORM = 2_000;
const BACKENDS_MAX = 80; // max_connections less 20 [RELIABILITY C8]
const WATCHED_MS = 5_000;
const DAY_S = 86_400;

/** Planned switches, and more than can be done. */
export const loadFaults: readonly Fault[] = [
  {
    id: 'P9',
    name: 'the writes move to the other site in good order',
    times: 2,
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
    judge: partOf('came after more than a second', SLOW_PART, ({ slow }) => slow),
    happen: async (scene) => {
      await scene.client.go(OTHERS);
      await flood(scene, { method: 'POST', path: `${DISPENSING}/Task`, body: '{}' });
      await scene.client.go(ALL_LANES);
    },
  },
  {
    id: 'F23',
    name: 'two thousand clients come at once to processes that have just started',
    times: 1,
    missing: always,
    gapMaxMs: WRITES_BACK_MS,
    happen: storm,
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

/** With all connections new; the database must not be asked for more than it has. */
async function storm({ system }: Scene): Promise<void> {
  const { datacentres, ports } = system;
  await Promise.all([datacentres.a.fail(true), datacentres.b.fail(true)]);
  await Promise.all([datacentres.a.restore(), datacentres.b.restore()]);
  const token = await tokenOfOther(system);
  const agent = new Agent({ keepAlive: false, maxSockets: STORM });
  const path = `${DISPENSING}/Task?focus:identifier=24F5DA-A83008-7EFE6Z`;
  const all = Array.from({ length: STORM }, (_, place) =>
    answerOf(agent, ports[place % ports.length] ?? 0, { method: 'GET', path, body: '', token }),
  );
  const [answers, most] = await Promise.all([Promise.all(all), mostBackends(system)]);
  agent.destroy();
  const wrong = answers.filter(({ status }) => status === 500);
  if (wrong.length > 0) throw new Error(`${wrong.length} of a storm are answered 500`);
  if (most > BACKENDS_MAX) throw new Error(`the database had ${most} connections`);
}

async function mostBackends({ database }: System): Promise<number> {
  let most = 0;
  for (const until = performance.now() + WATCHED_MS; performance.now() < until; ) {
    const [row] = await database.all<{ count: number }>(
      sql`select count(*) from pg_stat_activity where backend_type = 'client backend'`,
    );
    most = Math.max(most, row?.count ?? 0);
    await delay(100);
  }
  return most;
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
