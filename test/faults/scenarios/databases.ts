import { setTimeout as delay } from 'node:timers/promises';

import { otherSite, type Zone } from '../../../src/platform/replicated-postgres.ts';
import { openRows } from '../../nothing-lost/rows.ts';
import { always, type Fault, inNetworks, type Scene, WRITES_BACK_MS } from '../fault.ts';
import { watchPrimaries } from '../cut-off.ts';
import { type Program, signalAll } from '../programs.ts';
import { primaryOf, type System } from '../system.ts';

/** Databases and their lock store that die or hang. */
export const databaseFaults: readonly Fault[] = [
  killed('the primary is killed', { times: 12, counted: 60 }, ['postgres']),
  killed('the primary and its supervisor are killed', { times: 8, counted: 40 }, [
    'patroni',
    'postgres',
  ]),
  hung(5_000),
  hung(20_000),
  { ...hung(60_000), times: 0 },
  {
    ...common('F24', 'the standby is killed'),
    times: 1,
    happen: async ({ system }) => {
      const standby = otherSite(await primaryOf(system));
      signalAll(system, standby, ['patroni', 'postgres'], 'SIGKILL');
    },
  },
  {
    ...common('F24', 'waits for the standby are broken off, then the primary is lost'),
    times: 1,
    missing: inNetworks,
    happen: waitsBrokenOff,
  },
  lockStoreLost('one of three parts of the lock store is lost', 'witness'),
  lockStoreLost('two of three parts of the lock store are lost', 'witness', 'standby'),
  lockStoreLost('all of the lock store is lost', 'witness', 'standby', 'primary'),
];

function common(id: string, name: string): Omit<Fault, 'times' | 'happen'> {
  return { id, name, gapMaxMs: WRITES_BACK_MS, missing: always };
}

/** Its programs are started again at once, as by the machine's own supervisor. */
function killed(
  name: string,
  often: Pick<Fault, 'times' | 'counted'>,
  programs: readonly Program[],
): Fault {
  return {
    ...common('F2', name),
    ...often,
    happen: async ({ system }) => {
      signalAll(system, await primaryOf(system), programs, 'SIGKILL');
    },
  };
}

/** When it wakes it must serve nobody: the other one may have taken over. */
function hung(forMs: number): Fault {
  const all: readonly Program[] = ['patroni', 'postgres'];
  return {
    ...common('F3', `the primary and its supervisor hang for ${forMs / 1000} s`),
    times: 1,
    counted: 20,
    happen: async ({ system }) => {
      const primary = await primaryOf(system);
      signalAll(system, primary, all, 'SIGSTOP');
      await delay(forMs);
      signalAll(system, primary, all, 'SIGCONT');
    },
  };
}

/**
 * Commits that wait for a standby that is away are told to wait no longer: they are kept where they are, the server
 * warns of that, and nobody may be told that they are done [RELIABILITY C3]. Then the other one takes over.
 */
async function waitsBrokenOff({ system }: Scene): Promise<void> {
  const { cluster } = system;
  const primary = await primaryOf(system);
  const standby = otherSite(primary);
  const rows = openRows(cluster.urlOf(primary)); // by its own proxy: the other one is cut off too
  await rows.all(BREAK_OFF);
  cluster.cut(primary, [standby, 'witness']);
  for (let turn = 0; turn < TURNS; turn += 1) {
    await delay(BETWEEN_MS);
    await Promise.allSettled([rows.all(BREAK_OFF)]); // until it steps down
  }
  await delay(AWAY_MS);
  cluster.heal();
  await rows.close();
}

const TURNS = 20;
const BETWEEN_MS = 100;
const BREAK_OFF =
  "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'";
const AWAY_MS = 15_000; // more than twice the time for which the lock is held

function lockStoreLost(
  name: string,
  ...which: readonly ('witness' | 'standby' | 'primary')[]
): Fault {
  return {
    ...common('F33', name),
    times: 1,
    happen: async ({ system }) => {
      const primary = await primaryOf(system);
      const named = { witness: 'witness', primary, standby: otherSite(primary) } as const;
      const zones = which.map((one) => named[one]);
      const primaries = watchPrimaries(system);
      hold(system, zones, 'SIGSTOP');
      await delay(AWAY_MS);
      hold(system, zones, 'SIGCONT');
      await system.untilWhole();
      return primaries.stop();
    },
  };
}

/** Stopped and not killed: its supervisor would start it again. */
function hold(system: System, zones: readonly Zone[], name: NodeJS.Signals): void {
  for (const zone of zones) signalAll(system, zone, ['etcd'], name);
}
