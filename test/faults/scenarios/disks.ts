import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { otherSite, type Site } from '../../../src/platform/replicated-postgres.ts';
import { type Fault, type Scene, WRITES_BACK_MS } from '../fault.ts';
import { processesOf } from '../programs.ts';
import { patiently, primaryOf, type System } from '../system.ts';

const STRACE = '/usr/bin/strace';
const SYNCING = 'fdatasync,fsync';

/** Disks that are slow, full or broken: what PostgreSQL asks of the system gets another answer, by strace. */
export const diskFaults: readonly Fault[] = [
  ...[5, 50, 500].flatMap((delayMs) => [
    slow('the disk of the primary', delayMs, (primary) => primary),
    slow('the disk of the standby', delayMs, otherSite),
  ]),
  {
    ...common('F10', 'the disk of the primary is full for 10 s'),
    counted: 10,
    happen: ({ system }) =>
      bent(system, (primary) => primary, 'pwrite64,pwritev,fallocate:error=ENOSPC'),
  },
  {
    ...common('F11', 'the disk of the primary fails to write'),
    counted: 20,
    happen: ({ system }) => bent(system, (primary) => primary, `${SYNCING}:error=EIO:when=20+50`),
  },
];

const BENT_MS = 10_000;

function common(id: string, name: string): Omit<Fault, 'happen'> {
  const missing = (): string | null =>
    existsSync(STRACE) && process.getuid?.() === 0 ? null : 'this needs root and strace';
  return { id, name, times: 1, missing, gapMaxMs: WRITES_BACK_MS };
}

function slow(name: string, delayMs: number, which: (primary: Site) => Site): Fault {
  return {
    ...common('F9', `${name} takes ${delayMs} ms more for each flush`),
    times: delayMs === 50 ? 1 : 0,
    happen: async (scene) => {
      await bent(scene.system, which, `${SYNCING}:delay_enter=${delayMs * 1_000}`);
      return stuck(scene);
    },
  };
}

/** For some seconds all processes of a database, those to come too, get this from the system. */
async function bent(
  system: System,
  which: (primary: Site) => Site,
  injected: string,
): Promise<void> {
  const pids = processesOf(system, which(await primaryOf(system)), 'postgres');
  const [calls] = injected.split(':');
  const words = [
    '-f',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${injected}`,
  ];
  const tracer = spawn(STRACE, [...words, ...pids.flatMap((pid) => ['-p', String(pid)])], {
    stdio: 'ignore',
  });
  const ended = once(tracer, 'exit');
  await delay(BENT_MS);
  end(tracer);
  await ended;
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

/** It lets go of those it holds, and ends. */
function end(tracer: ChildProcess): void {
  if (tracer.exitCode === null && tracer.signalCode === null) tracer.kill('SIGTERM');
}
