import type { Answered, DatacentreStatus, Order } from './control.ts';
import type { Database } from './database.ts';
import type { Datacentre } from './datacentre.ts';
import { otherSite, type ReplicatedPostgres, type Site } from '../platform/replicated-postgres.ts';

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
async function done({ database, datacentres }: Running, order: Order): Promise<string | null> {
  const { replicated } = database;
  const { site } = order;
  if (order.do === 'status') return null;
  if (order.do === 'heal') {
    replicated?.heal();
    for (const zone of ['a', 'b', 'witness'] as const) replicated?.restore(zone);
    await Promise.all([datacentres.a.restore(), datacentres.b.restore()]);
    return null;
  }
  if (site === null) return 'the datacentre is not named';
  switch (order.do) {
    case 'drain':
      datacentres[site].drain();
      return replicated === null ? null : handedOver(replicated, site);
    case 'fail':
      if (order.isHard) replicated?.fail(site);
      else await replicated?.shut(site);
      await datacentres[site].fail(order.isHard);
      return null;
    case 'partition':
      if (replicated === null) return ONE_DATABASE;
      replicated.cut(site, [otherSite(site), 'witness']);
      return null;
    case 'promote':
      return replicated === null ? ONE_DATABASE : handedOver(replicated, otherSite(site));
  }
}

const ONE_DATABASE =
  'both datacentres share one database: start with --datacentres 2 to have one in each';

/** The other one takes the writes from now on. */
async function handedOver(replicated: ReplicatedPostgres, from: Site): Promise<string | null> {
  const { primary } = await replicated.status();
  return primary === from ? replicated.promote(otherSite(from)) : null;
}
