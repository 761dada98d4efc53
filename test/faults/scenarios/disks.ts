import { setTimeout as delay } from 'node:timers/promises';

import { disksIn, isSlow } from '../../../src/operations/index.ts';
import { SLOW_MS } from '../../../src/operations/disks/disks.ts';
import { otherSite, type Site } from '../../../src/platform/replicated-postgres.ts';
import { type Fault, type Scene, WRITES_BACK_MS } from '../fault.ts';
import { commitsPerSecond, ordersPerSecond } from '../goodput.ts';
import { processesOf } from '../programs.ts';
import { bend, SYNCING, withoutStrace } from '../strace.ts';
import { patiently, primaryOf, type System } from '../system.ts';

/** Disks that are slow or broken: what PostgreSQL asks of the system gets another answer, by strace. */
export const diskFaults: readonly Fault[] = [
  ...[5, 50, 500].flatMap((delayMs) => [
    slow('the disk of the primary', delayMs, (primary) => primary),
    slow('the disk of the standby', delayMs, otherSite),
  ]),
  {
    ...common('F11', 'the disk of the primary fails to write'),
    counted: 20,
    happen: ({ system }) => bent(system, (primary) => primary, `${SYNCING}:error=EIO:when=20+50`),
  },
];

const BENT_MS = 10_000;
const SETTLE_MS = 1_000;

function common(id: string, name: string): Omit<Fault, 'happen'> {
  return { id, name, times: 1, missing: withoutStrace, gapMaxMs: WRITES_BACK_MS };
}

const SENDERS = 48;
const FEW = 8; // lanes beside them
const ALL_LANES = 1_000_000;
const CALM_MS = 4_000;
const BARE_MS = 6_000;
const ALONE_MS = 2_000;
const SLOW_FOR_MS = 12_000;
const GOOD_PART = 0.7; // of the capacity at that latency [RELIABILITY F9]
const TOLD_MS = 60_000; // [RELIABILITY P10]

/**
 * The capacity at that latency is the lesser of what the same senders get done with a quick disk, as the machine does no
 * more, and of what they would if an order took no longer than a commit of as many writers at the bare database on the slow
 * one and, besides, what it takes while it is alone and the disk is quick: all of it is measured here, just before.
 */
function slow(name: string, delayMs: number, which: (primary: Site) => Site): Fault {
  return {
    ...common('F9', `${name} takes ${delayMs} ms more for each flush`),
    times: delayMs === 50 ? 1 : 0,
    happen: async (scene) => {
      const { client } = scene;
      await client.go(FEW);
      try {
        return [...(await slowed(scene, which, delayMs)), ...(await stuck(scene))];
      } finally {
        await client.go(ALL_LANES);
      }
    },
  };
}

async function slowed(
  { system, tell }: Scene,
  which: (primary: Site) => Site,
  delayMs: number,
): Promise<readonly string[]> {
  const calm = await ordersPerSecond(system, SENDERS, CALM_MS);
  const primary = await primaryOf(system);
  const besidesMs = await besidesItsCommit(system, primary);
  const site = which(primary);
  const pids = processesOf(system, site, 'postgres');
  const tellBefore = performance.now() + TOLD_MS;
  const tracer = bend(pids, `${SYNCING}:delay_enter=${delayMs * 1_000}`);
  try {
    await delay(SETTLE_MS);
    const bare = await commitsPerSecond(system.cluster.urlOf(primary), SENDERS, BARE_MS);
    const good = await ordersPerSecond(system, SENDERS, SLOW_FOR_MS);
    const atOnceMs = (SENDERS * 1_000) / bare + besidesMs;
    const capacity = Math.min(calm, (SENDERS * 1_000) / atOnceMs);
    const words = `${good.toFixed(0)} orders a second of the ${capacity.toFixed(0)} that can be done`;
    tell(
      `${words}: ${calm.toFixed(0)} with a quick disk, ${bare.toFixed(0)} commits with this one, ${besidesMs.toFixed(1)} ms besides`,
    );
    return [
      ...(good >= GOOD_PART * capacity ? [] : [words]),
      ...(delayMs > SLOW_MS ? await untold(system, site !== primary, tellBefore) : []),
    ];
  } finally {
    await tracer.end();
  }
}

/** What an order takes beside its commit, in milliseconds. */
async function besidesItsCommit(system: System, primary: Site): Promise<number> {
  const orders = await ordersPerSecond(system, 1, ALONE_MS);
  const commits = await commitsPerSecond(system.cluster.urlOf(primary), 1, ALONE_MS);
  return Math.max(0, 1_000 / orders - 1_000 / commits);
}

/** The disk that is slow must be named, and none that is not. */
async function untold(
  { database }: System,
  isStandby: boolean,
  until: number,
): Promise<readonly string[]> {
  for (;;) {
    const slowOnes = (await patiently(() => disksIn(database, new Date()))).filter(isSlow);
    const others = slowOnes.filter((one) => one.isStandby !== isStandby);
    if (others.length > 0) return others.map((one) => `the disk of ${one.server} is called slow`);
    if (slowOnes.length > 0) return [];
    if (performance.now() > until) return ['nobody was told which disk is slow'];
    await delay(LOOK_MS);
  }
}

/** For some seconds all processes of a database, those to come too, get this from the system. */
async function bent(
  system: System,
  which: (primary: Site) => Site,
  injected: string,
): Promise<void> {
  const pids = processesOf(system, which(await primaryOf(system)), 'postgres');
  const tracer = bend(pids, injected);
  await delay(BENT_MS);
  await tracer.end();
}

/** Nobody is left waiting in the primary once the disk is quick again. */
async function stuck({ system: { rows, untilWhole } }: Scene): Promise<readonly string[]> {
  await untilWhole();
  const left = async (): Promise<number> => (await patiently(() => rows.all(STUCK))).length;
  for (const until = performance.now() + GONE_WITHIN_MS; performance.now() < until; ) {
    if ((await left()) === 0) return [];
    await delay(LOOK_MS);
  }
  return [`${await left()} servers are left waiting`];
}

const GONE_WITHIN_MS = 10_000;
const LOOK_MS = 200;
const STUCK = `select from pg_stat_activity where backend_type = 'client backend' and state = 'active'
  and now() - query_start > interval '5 seconds'`;
