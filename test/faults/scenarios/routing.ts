import { setTimeout as delay } from 'node:timers/promises';

import { handOver } from '../../../src/installation/datacentre-orders.ts';
import { SITES, type Site } from '../../../src/platform/replicated-postgres.ts';
import { post } from '../../nothing-lost/datacentres.ts';
import * as message from '../../nothing-lost/messages.ts';
import { openRows } from '../../nothing-lost/rows.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import { settingOf, startedAgain } from '../settings.ts';
import { primaryOf, type System, tokensOf } from '../system.ts';

/** Who is led to the wrong place. */
export const routingFaults: readonly Fault[] = [
  {
    id: 'F32',
    name: 'a datacentre is led to the database that was the primary before',
    times: 1,
    missing: always,
    gapMaxMs: 10_000,
    happen: pinned,
  },
];

const ORDERS = 40; // at once: each waits for as long as a primary may be away
const TRIES = 40; // of the other datacentre, which may be busy
const AGAIN_MS = 250;

/** As by a name that is old, or a balancer that does not look. */
async function pinned({ system }: Scene): Promise<readonly string[]> {
  const { cluster, datacentres } = system;
  const site = await primaryOf(system);
  await startedAgain(
    system,
    [settingOf('DATABASE_URL', await addressItself(system, site))],
    [site],
  );
  try {
    const problem = await handOver(cluster, datacentres, site);
    if (problem !== null) throw new Error(`the writes did not move: ${problem}`);
    return await asked(system, site);
  } finally {
    await startedAgain(system, [], [site]);
  }
}

/** Of the database of a site, which is the primary now, past its proxy. */
async function addressItself({ cluster }: System, site: Site): Promise<string> {
  const url = new URL(cluster.urlOf(site));
  const rows = openRows(url.href);
  const [at] = await rows.all<{ host: string; port: number }>(
    'select host(inet_server_addr()) as host, inet_server_port() as port',
  );
  await rows.close();
  if (at === undefined) throw new Error('no database answers');
  url.host = `${at.host}:${at.port}`;
  return url.href;
}

/** Each order is refused there, with where to go, and taken at that place. */
async function asked({ database, ports }: System, site: Site): Promise<readonly string[]> {
  const tokens = await tokensOf(database);
  const at = (one: Site): string => `http://127.0.0.1:${ports[SITES.indexOf(one)]}`;
  const other = site === 'a' ? at('b') : at('a');
  const one = async (): Promise<readonly string[]> => {
    const order = message.create(message.aPrescription());
    const here = await post(at(site), order, tokens);
    let there = here;
    for (let tries = 0; tries < TRIES && there.status === 503; tries += 1) {
      if (tries > 0) await delay(AGAIN_MS);
      there = await post(other, order, tokens);
    }
    return [
      ...(here.status === 503
        ? []
        : [`led to the old primary, an order is answered ${here.status}`]),
      ...(there.status === 200 ? [] : [`at the other datacentre it is answered ${there.status}`]),
    ];
  };
  return (await Promise.all(Array.from({ length: ORDERS }, one))).flat();
}
