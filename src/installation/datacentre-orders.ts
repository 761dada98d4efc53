import { setTimeout as delay } from 'node:timers/promises';

import type { Answered, DatacentreStatus, Order } from './control.ts';
import type { Database } from './database.ts';
import type { Datacentre } from './kept-process.ts';
import {
  otherSite,
  type ReplicatedPostgres,
  type Site,
  SITES,
} from '../platform/replicated-postgres.ts';

/** What runs, as orders find it. */
export type Running = {
  readonly database: Database;
  readonly datacentres: Readonly<Record<Site, Datacentre>>;
};

/** Does what `spine dc` says, and tells how all is afterwards. */
export async function obey(running: Running, order: Order): Promise<Answered> {
  const problem = await done(running, order);
  return problem === null ? { status: await statusOf(running) } : { problem };
}

async function statusOf({ database, datacentres }: Running): Promise<DatacentreStatus> {
  return {
    processes: { a: datacentres.a.state(), b: datacentres.b.state() },
    databases: (await database.replicated?.status()) ?? null,
  };
}

/** Null when it was done; else why not. */
async function done(running: Running, order: Order): Promise<string | null> {
  const { datacentres } = running;
  const { replicated } = running.database;
  const { site } = order;
  if (order.do === 'status') return null;
  if (order.do === 'heal') {
    replicated?.heal();
    for (const zone of ['a', 'b', 'witness'] as const) replicated?.restore(zone);
    await Promise.all([datacentres.a.restore(), datacentres.b.restore()]);
    return null;
  }
  if (order.do === 'roll') return rolled(datacentres);
  if (site === null) return 'the datacentre is not named';
  switch (order.do) {
    case 'drain':
      datacentres[site].drain();
      return replicated === null ? null : handOver(replicated, datacentres, site);
    case 'fail':
      if (order.isHard) {
        replicated?.fail(site);
      } else if (replicated !== null) {
        const problem = await handOver(replicated, datacentres, site);
        if (problem !== null) return problem;
        await replicated.shut(site);
      }
      await datacentres[site].fail(order.isHard);
      return null;
    case 'partition':
      if (replicated === null) return ONE_DATABASE;
      replicated.cut(site, [otherSite(site), 'witness']);
      return null;
    case 'promote':
      return replicated === null
        ? ONE_DATABASE
        : handOver(replicated, datacentres, otherSite(site));
  }
}

const TOLD_MS = 1_000; // who asks in this time is told where to go, and who has asked before is answered

/** One serves at any time; the other is started again only when the first one serves [RELIABILITY P9]. */
async function rolled(datacentres: Running['datacentres']): Promise<string | null> {
  for (const site of SITES) {
    const [own, other] = [datacentres[site], datacentres[otherSite(site)]];
    const name = otherSite(site).toUpperCase();
    if (other.state() !== 'running') return `datacentre ${name} does not run: nobody would serve`;
    own.drain();
    await delay(TOLD_MS);
    await own.fail(false);
    const problem = await own.restore();
    if (problem !== null) {
      return `datacentre ${site.toUpperCase()} ${problem}, and its log says why; ${name} serves`;
    }
  }
  return null;
}

const ONE_DATABASE =
  'both datacentres share one database: start with --datacentres 2 to have one in each';

const TAKES_WRITES_MS = 4_000;
const ASK_AGAIN_MS = 50;

/**
 * The other one takes the writes from now on. Nothing is under way while they move, and who asks meanwhile waits for some
 * seconds and is served [RELIABILITY P9]. Answers why not, or null.
 */
export async function handOver(
  replicated: Pick<ReplicatedPostgres, 'status' | 'promote'>,
  { a, b }: Readonly<Record<Site, Pick<Datacentre, 'hold' | 'release'>>>,
  from: Site,
): Promise<string | null> {
  if ((await replicated.status()).primary !== from) return null;
  const to = otherSite(from);
  await Promise.all([a.hold(), b.hold()]);
  try {
    const problem = await replicated.promote(to);
    if (problem !== null) return problem;
    const until = performance.now() + TAKES_WRITES_MS;
    while ((await replicated.status()).primary !== to && performance.now() < until) {
      await delay(ASK_AGAIN_MS);
    }
    return null;
  } finally {
    a.release();
    b.release();
  }
}
