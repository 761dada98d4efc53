import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { otherSite, type Site } from '../../../src/platform/replicated-postgres.ts';
import { openRows, type Rows } from '../../nothing-lost/rows.ts';
import { always, type Fault, type Scene, WRITES_BACK_MS } from '../fault.ts';
import { patiently, primaryOf, type System } from '../system.ts';

/** A site that comes back when what it missed is not kept any more. */
export const awayFaults: readonly Fault[] = [
  {
    id: 'F4',
    name: 'a site is away for longer than the log is kept for it: it comes back, and its database is copied anew by itself',
    times: 1,
    missing: always,
    gapMaxMs: WRITES_BACK_MS,
    happen: awayTooLong,
  },
];

const LOST_WITHIN_MS = 120_000;
const LOOK_MS = 500;
/** On the day a few GB, here as little as there can be. */
const KEPT = ['wal_keep_size', 'max_slot_wal_keep_size'] as const;
const KEPT_SIZE = '64MB';

async function awayTooLong({ system }: Scene): Promise<readonly string[]> {
  const { cluster, datacentres, rows } = system;
  const primary = await primaryOf(system);
  const away = otherSite(primary);
  const madeBefore = madeAt(system, away);
  const opened = openRows(cluster.urlOf(primary));
  // Where the site had the lead of the lock store the primary steps down for a moment, until there is another.
  const own: Rows = { all: (text, values) => patiently(() => opened.all(text, values)) };
  cluster.fail(away);
  await datacentres[away].fail(true);
  try {
    for (const name of KEPT) await own.all(`alter system set ${name} = '${KEPT_SIZE}'`);
    await own.all('select pg_reload_conf()');
    await untilLost(own, away);
    cluster.restore(away);
    await datacentres[away].restore();
    await system.untilWhole();
  } finally {
    for (const name of KEPT) await own.all(`alter system reset ${name}`);
    await own.all('select pg_reload_conf()');
    await opened.close();
  }
  const [slot] = await rows.all<{ status: string }>(
    'select wal_status as status from pg_replication_slots where slot_name = $1',
    [away],
  );
  return [
    ...(madeAt(system, away) > madeBefore ? [] : ['the database came back as it was']),
    ...(slot?.status === 'reserved' ? [] : [`what is kept for it is ${slot?.status ?? 'nothing'}`]),
  ];
}

/** Clients write; each turn ends a file of the log besides, so that it is no matter of minutes. */
async function untilLost(own: Rows, site: Site): Promise<void> {
  for (const until = performance.now() + LOST_WITHIN_MS; performance.now() < until; ) {
    await own.all('select pg_switch_wal()');
    await own.all('checkpoint');
    const [slot] = await own.all<{ status: string }>(
      'select wal_status as status from pg_replication_slots where slot_name = $1',
      [site],
    );
    if (slot?.status === 'lost') return;
    await delay(LOOK_MS);
  }
  throw new Error('the log is still kept for a site that is away');
}

/** When its copy was made. */
function madeAt({ folder }: System, site: Site): number {
  return statSync(join(folder, site, 'postgres', 'PG_VERSION')).birthtimeMs;
}
