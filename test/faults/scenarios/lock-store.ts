import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { present } from '../../../src/kernel/bug.ts';
import { handOver } from '../../../src/installation/datacentre-orders.ts';
import { type Zone, ZONES } from '../../../src/platform/replicated-postgres/layout.ts';
import { watchPrimaries } from '../cut-off.ts';
import { always, type Fault, type Scene, WRITES_BACK_MS } from '../fault.ts';
import { processesOf, signalAll } from '../programs.ts';
import { bend, SYNCING, withoutStrace } from '../strace.ts';
import { primaryOf, type System } from '../system.ts';

/** A lock store that is there, and slow, or that has forgotten who holds the lock. */
export const lockStoreFaults: readonly Fault[] = [
  slow(500), // it still keeps what it is told in time
  slow(2_000), // it does not
  oldCopy('one of three parts of the lock store is brought back from an old copy', (random) => [
    present(ZONES[Math.floor(random() * ZONES.length)], 'zone'),
  ]),
  oldCopy('all of the lock store is brought back from an old copy', () => ZONES),
];

const AWAY_MS = 15_000; // more than twice the time for which the lock is held
const LOOK_MS = 500;
const ANSWER_MS = 3_000;
const WELL_WITHIN_MS = 30_000;

function common(name: string): Omit<Fault, 'happen'> {
  return { id: 'F33', name, times: 1, missing: always, gapMaxMs: WRITES_BACK_MS };
}

function slow(delayMs: number): Fault {
  return {
    ...common(`the lock store takes ${delayMs} ms more for each flush`),
    missing: withoutStrace,
    happen: async ({ system }) => {
      const pids = ZONES.flatMap((zone) => processesOf(system, zone, 'etcd'));
      return watched(system, async () => {
        const bent = bend(pids, `${SYNCING}:delay_enter=${delayMs * 1_000}`);
        await delay(AWAY_MS);
        await bent.end();
      });
    },
  };
}

/** The copy is of a time when the lock was the other site's: whoever believes it takes the writes where they are not. */
function oldCopy(name: string, zonesOf: (random: () => number) => readonly Zone[]): Fault {
  return {
    ...common(name),
    happen: async ({ system, random, tell }: Scene) => {
      const zones = zonesOf(random);
      copy(system, zones);
      await move(system);
      await system.untilWhole();
      return watched(system, async () => {
        for (const zone of zones) bringBack(system, zone);
        await delay(AWAY_MS);
        tell(`given another folder: ${(await mend(system, zones)).join(', ') || 'none'}`);
      });
    },
  };
}

/** Until all is whole again never two may be primaries. */
async function watched(system: System, happen: () => Promise<void>): Promise<readonly string[]> {
  const primaries = watchPrimaries(system);
  try {
    await happen();
    await system.untilWhole();
  } catch (error) {
    await primaries.stop();
    throw error;
  }
  return primaries.stop();
}

async function move(system: System): Promise<void> {
  const { cluster, datacentres } = system;
  const problem = await handOver(cluster, datacentres, await primaryOf(system));
  if (problem !== null) throw new Error(`the writes did not move: ${problem}`);
}

/** As they are on their disks at one instant: what one of them has promised the others know. */
function copy(system: System, zones: readonly Zone[]): void {
  for (const zone of zones) signalAll(system, zone, ['etcd'], 'SIGSTOP');
  try {
    for (const zone of zones) {
      const { now, old } = foldersOf(system, zone);
      const { status, stderr } = spawnSync('cp', ['-a', now, old], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    }
  } finally {
    for (const zone of zones) signalAll(system, zone, ['etcd'], 'SIGCONT');
  }
}

/** Its supervisor starts it again on what is there then. */
function bringBack(system: System, zone: Zone): void {
  const { now, old, aside } = foldersOf(system, zone);
  signalAll(system, zone, ['etcd'], 'SIGSTOP');
  renameSync(now, aside);
  renameSync(old, now);
  signalAll(system, zone, ['etcd'], 'SIGKILL');
}

/**
 * A part that is alone with its old copy may find that the others hold it to what it has forgotten: it ends again and
 * again, as it should. It gets what it had, as an operator gives it a new folder (docs/how-to/real-hosts.md). Answers which.
 */
async function mend(system: System, zones: readonly Zone[]): Promise<readonly Zone[]> {
  const mended: Zone[] = [];
  for (const zone of zones) {
    const { now, old, aside } = foldersOf(system, zone);
    if (zones.length === 1 && !(await isWell(system, zone))) {
      signalAll(system, zone, ['etcd'], 'SIGSTOP');
      renameSync(now, old);
      renameSync(aside, now);
      signalAll(system, zone, ['etcd'], 'SIGKILL');
      mended.push(zone);
    }
    for (const one of [old, aside]) rmSync(one, { recursive: true, force: true });
    await untilWell(system, zone);
  }
  return mended;
}

function foldersOf({ folder }: System, zone: Zone) {
  const now = join(folder, zone, 'etcd');
  return { now, old: `${now}.old`, aside: `${now}.aside` };
}

async function untilWell(system: System, zone: Zone): Promise<void> {
  for (const until = performance.now() + WELL_WITHIN_MS; performance.now() < until; ) {
    if (await isWell(system, zone)) return;
    await delay(LOOK_MS);
  }
  throw new Error(`the lock store of ${zone} does not come back`);
}

/** It knows what the others know. */
async function isWell(system: System, zone: Zone): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(`http://${addressOf(system, zone)}/health`, { signal });
    return answer.ok && JSON.stringify(await answer.json()).includes('true');
  } catch {
    return false;
  }
}

type Configured = { readonly hosts: readonly string[] };

/** As the databases reach it. */
function addressOf({ folder }: System, zone: Zone): string {
  const file = join(folder, 'a', 'patroni.json');
  const { etcd, etcd3 } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly etcd?: Configured;
    readonly etcd3?: Configured;
  };
  return present((etcd ?? etcd3)?.hosts[ZONES.indexOf(zone)], 'address of the lock store');
}
