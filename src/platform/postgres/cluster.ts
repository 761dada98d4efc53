import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { type Account, canEnter, credentials, giveTo } from './account.ts';
import type { Programs } from './programs.ts';
import { INITDB_FLAGS } from './settings.ts';
import { messageOf, Trouble } from '../trouble.ts';

export const SUPERUSER = 'openspine';

const TRAVERSE_BY_ALL = 0o011;

/** Makes the data folder if need be; the answer is its real path, as PostgreSQL will write it. */
export function makeDataFolder(dataDir: string): string {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return realpathSync(dataDir);
  } catch (error) {
    throw new Trouble(
      `The data folder ${dataDir} cannot be made: ${messageOf(error)}`,
      'choose a folder you may write in with --data',
    );
  }
}

/** The account must be able to pass through the data folder; it gets to see nothing else there. */
export function letIn(dataDir: string, account: Account | null): void {
  if (account === null || canEnter(account, dataDir)) return;
  chmodSync(dataDir, statSync(dataDir).mode | TRAVERSE_BY_ALL);
  if (canEnter(account, dataDir)) return;
  throw new Trouble(
    `PostgreSQL refuses to run as root, and the account "${account.name}" cannot reach ${dataDir}`,
    'choose a folder that others may pass through with --data (for example /var/lib/openspine)',
  );
}

export function clusterFolder(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/** Whether a cluster was made there that may be used. */
export function hasCluster(dataDir: string): boolean {
  return existsSync(join(clusterFolder(dataDir), 'PG_VERSION'));
}

/** The address of the database with these data, also for a process that did not start it. */
export function postgresUrl(dataDir: string, port: number): string {
  const password = readFileSync(passwordFile(dataDir), 'utf8').trim();
  return `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
}

/** Makes the cluster at the first start. Made aside and moved: one that a kill cut short is never used. */
export async function makeCluster(
  dataDir: string,
  programs: Programs,
  account: Account | null,
): Promise<void> {
  const cluster = clusterFolder(dataDir);
  if (hasCluster(dataDir)) return keepCluster(dataDir, account);
  const unfinished = `${cluster}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  giveTo(account, unfinished);
  makePassword(dataDir, account);
  await runInitdb(programs, account, [
    `--pgdata=${unfinished}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile(dataDir)}`,
    ...INITDB_FLAGS,
  ]);
  renameSync(unfinished, cluster);
}

/** A new one, kept beside the cluster; answers it. */
export function makePassword(dataDir: string, account: Account | null): string {
  const password = randomBytes(24).toString('hex');
  writeFileSync(passwordFile(dataDir), `${password}\n`, { mode: 0o600 });
  giveTo(account, passwordFile(dataDir));
  return password;
}

function keepCluster(dataDir: string, account: Account | null): void {
  const cluster = clusterFolder(dataDir);
  const owner = statSync(cluster).uid;
  if (owner !== (account?.uid ?? process.getuid?.() ?? owner)) {
    throw new Trouble(
      `The database in ${dataDir} belongs to user id ${owner}`,
      `start as that user, or as root (with --run-as that user), or choose another folder with --data`,
    );
  }
}

async function runInitdb(
  programs: Programs,
  account: Account | null,
  flags: readonly string[],
): Promise<void> {
  const child = spawn(programs.initdb, flags, {
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...credentials(account),
  });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [said, code] = await Promise.all([text(child.stderr), closed]);
  if (code === 0) return;
  throw new Trouble(
    `The database could not be made (initdb ended with ${code}): ${said.trim()}`,
    'check the free space of the disk, or set DATABASE_URL to a PostgreSQL 15 or newer',
  );
}

function passwordFile(dataDir: string): string {
  return join(dataDir, 'postgres-password');
}
