import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { commandLine, isRunning, signal, startStamp, waitUntilGone } from '../processes.ts';
import { Trouble } from '../trouble.ts';

const FAST_STOP_MS = 20_000; // SIGINT ends sessions and writes a checkpoint
const IMMEDIATE_STOP_MS = 5_000;

/** Writes down which process of ours looks after the data, so that the next one can tell if it died. */
export function claimData(dataDir: string): void {
  const file = ownerFile(dataDir);
  writeFileSync(`${file}.new`, `${process.pid}\n${startStamp(process.pid) ?? ''}\n`);
  renameSync(`${file}.new`, file);
}

export function releaseData(dataDir: string): void {
  rmSync(ownerFile(dataDir), { force: true });
}

/**
 * Stops the PostgreSQL that a killed supervisor left behind on these data. Only one that is ours:
 * the pid file lies in our data folder, the process was started on this very folder, and whoever
 * started it is dead. A stale pid file is left to PostgreSQL [PLATFORM 1.1].
 */
export async function stopOrphan(
  dataDir: string,
  cluster: string,
  log: (line: string) => void,
): Promise<void> {
  const pid = postmasterPid(cluster);
  if (pid === null || !isRunning(pid) || !isPostgresOn(cluster, pid)) return;
  const owner = livingOwner(dataDir);
  if (owner !== null) {
    throw new Trouble(
      `The data in ${dataDir} are in use by process ${owner}`,
      'stop that one first (spine down), or choose another folder with --data',
    );
  }
  log(`stopping PostgreSQL (process ${pid}), left on these data by a run that was killed`);
  signal(pid, 'SIGINT');
  if (await waitUntilGone(pid, FAST_STOP_MS)) return;
  signal(pid, 'SIGQUIT');
  if (await waitUntilGone(pid, IMMEDIATE_STOP_MS)) return;
  throw new Trouble(
    `PostgreSQL (process ${pid}) on the data in ${dataDir} does not stop`,
    `end process ${pid} yourself, then start again`,
  );
}

/**
 * Whether PostgreSQL refused because a killed server is not quite gone: its sessions still end, or
 * nobody has collected the dead process yet, which PostgreSQL takes for a living one.
 */
export function isStillEnding(said: string, cluster: string): boolean {
  if (said.includes('pre-existing shared memory block')) return true;
  if (!said.includes('lock file "postmaster.pid" already exists')) return false;
  const pid = postmasterPid(cluster);
  return pid === null || !isRunning(pid);
}

/** The process id PostgreSQL wrote in its first line; null when no pid file is there. */
function postmasterPid(cluster: string): number | null {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  return Number.isNaN(pid) ? null : pid;
}

function isPostgresOn(cluster: string, pid: number): boolean {
  const words = commandLine(pid);
  return words.includes('postgres') && words.includes(`-D ${cluster} `);
}

function livingOwner(dataDir: string): number | null {
  const file = ownerFile(dataDir);
  if (!existsSync(file)) return null;
  const [pid = '', stamp = ''] = readFileSync(file, 'utf8').split('\n');
  const isSame = isRunning(Number(pid)) && (startStamp(Number(pid)) ?? '') === stamp;
  return isSame ? Number(pid) : null;
}

function ownerFile(dataDir: string): string {
  return join(dataDir, 'owner');
}
