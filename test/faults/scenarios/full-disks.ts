import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { type Site, SITES } from '../../../src/platform/replicated-postgres.ts';
import { openRows } from '../../nothing-lost/rows.ts';
import { type Fault, type Scene, WRITES_BACK_MS } from '../fault.ts';
import { followBackups } from '../backups.ts';
import { processesOf, processOf } from '../programs.ts';
import { logsTo, settingOf, startedAgain } from '../settings.ts';
import { bend, withoutStrace } from '../strace.ts';
import { primaryOf, type System } from '../system.ts';
import { makeVolume } from '../volume.ts';
import { whileAnswered } from '../watch-answers.ts';

/** Each of the disks that there is to fill: of a database, its log, its backups, and the files of a process [RELIABILITY F10]. */
export const fullDiskFaults: readonly Fault[] = [
  {
    ...common('the disk of the primary, with its log, is full for 10 s'),
    happen: fullDatabase,
  },
  {
    ...common('no room is left for the log of the primary for 10 s'),
    happen: fullLog,
  },
  {
    ...common('no room is left for what processes log and have in hand, for 10 s'),
    gapMaxMs: 10_000,
    happen: fullFiles,
  },
  {
    ...common('no room is left for the backups that follow, for 10 s'),
    times: 0, // a first backup takes as long as there is much to copy
    gapMaxMs: 5_000,
    happen: fullBackups,
  },
];

const FULL_MS = 10_000;
const SOON_MS = 30_000;
const LOOK_MS = 200;
const PIDS_TO_COME = 3_000;

function common(name: string): Omit<Fault, 'happen'> {
  const parts = { times: 1, counted: 10, missing: withoutStrace, gapMaxMs: WRITES_BACK_MS };
  return { id: 'F10', name, ...parts };
}

async function fullDatabase({ system }: Scene): Promise<readonly string[]> {
  const pids = processesOf(system, await primaryOf(system), 'postgres');
  return whileAnswered(system, async () => {
    const bent = bend(pids, 'pwrite64,pwritev,fallocate:error=ENOSPC');
    await delay(FULL_MS);
    await bent.end();
    await system.untilWhole();
  });
}

/** What is there of the log can be written to; no file of it can be added, by whatever process is started meanwhile. */
async function fullLog({ system }: Scene): Promise<readonly string[]> {
  const primary = await primaryOf(system);
  const servers = processesOf(system, primary, 'postgres');
  const [last = 0] = lastPid();
  const toCome = Array.from({ length: PIDS_TO_COME }, (_, n) => last + n);
  const files = [...servers, ...toCome].map((pid) => `pg_wal/xlogtemp.${pid}`);
  const all = [...servers, ...processesOf(system, primary, 'patroni')];
  const wrong = await whileAnswered(system, async () => {
    const bent = bend([...new Set(all)], 'openat:error=ENOSPC', files);
    await useUp(system, primary);
    await bent.end();
    await system.untilWhole();
  });
  return (await primaryOf(system)) === primary
    ? ['the log of the primary did not run out of room']
    : wrong;
}

function lastPid(): readonly number[] {
  return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(-1).map(Number);
}

/** Ends one file of the log after the other. */
async function useUp({ cluster }: System, primary: Site): Promise<void> {
  const own = openRows(cluster.urlOf(primary));
  for (const until = performance.now() + FULL_MS; performance.now() < until; ) {
    await Promise.allSettled([own.all('select pg_switch_wal()')]);
    await delay(LOOK_MS);
  }
  await own.close();
}

/** Processes start without room for their files, serve, and log again once there is room. */
async function fullFiles({ system }: Scene): Promise<readonly string[]> {
  const volume = makeVolume(join(system.folder, 'files'), '64m');
  const logs = SITES.map((site) => join(volume.folder, `log-${site}`));
  try {
    for (const log of logs) writeFileSync(log, '');
    volume.fill();
    for (const [n, site] of SITES.entries()) {
      const inHand = join(volume.folder, `in-hand-${site}`);
      const settings = [
        settingOf('OPENSPINE_REQUEST_LOG', 'true'),
        settingOf('OPENSPINE_IN_HAND_FILE', inHand),
        logsTo(logs[n] ?? ''),
      ];
      await startedAgain(system, settings, [site]);
    }
    const pids = SITES.map(processOf);
    await delay(FULL_MS);
    volume.clear();
    const silent = await untilLogged(logs);
    const dead = SITES.filter((site, n) => processOf(site) !== pids[n]);
    return [
      ...dead.map((site) => `the process of ${site} died when its log was full`),
      ...silent.map((log) => `${log} was not gone on with`),
    ];
  } finally {
    await startedAgain(system, []);
    volume.remove();
  }
}

/** Those in which nothing is said of lines that were lost, and of requests after them. */
async function untilLogged(logs: readonly string[]): Promise<readonly string[]> {
  const silent = (): string[] =>
    logs.filter(
      (log) => !/"event":"log-lost"[^]*"event":"request"/.test(readFileSync(log, 'utf8')),
    );
  for (const until = performance.now() + SOON_MS; performance.now() < until; ) {
    if (silent().length === 0) return [];
    await delay(LOOK_MS);
  }
  return silent();
}

async function fullBackups({ system }: Scene): Promise<readonly string[]> {
  const volume = makeVolume(join(system.folder, 'backups'), '2g');
  const backups = followBackups(system, join(volume.folder, 'store'));
  try {
    await backups.untilSaid(/^base backup .* taken$/m);
    const wrong = await whileAnswered(system, async () => {
      volume.fill();
      await backups.untilSaid(/no space left[^]*trying again/i);
      await delay(FULL_MS);
      volume.clear();
      await backups.untilAllIsIn();
    });
    return [...wrong, ...(await backups.drilled())];
  } finally {
    await backups.end();
    volume.remove();
  }
}
