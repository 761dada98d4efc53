import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

import { type Account, chooseAccount, credentials } from './postgres/account.ts';
import {
  clusterFolder,
  letIn,
  makeCluster,
  makeDataFolder,
  postgresUrl,
} from './postgres/cluster.ts';
import { type Guard, guard } from './postgres/guard.ts';
import { claimData, isStillEnding, releaseData, stopOrphan } from './postgres/orphan.ts';
import { preparePrograms } from './postgres/programs.ts';
import { type ServerSettings, serverSettings } from './postgres/settings.ts';
import { present } from '../kernel/bug.ts';
import { Trouble } from './trouble.ts';

export { hasCluster, postgresUrl } from './postgres/cluster.ts';

/** Stops the server that a killed run left on these data; does nothing when there is none. */
export async function stopLeftPostgres(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) return;
  const folder = realpathSync(dataDir); // as the server was told
  await stopOrphan(folder, clusterFolder(folder), () => {});
}

export type PostgresOptions = {
  /** Holds the cluster, its password and, where needed, a copy of the programs. Made if absent. */
  readonly dataDir: string;
  readonly port: number;
  readonly log: (line: string) => void;
  /** The account to run as when we are root; otherwise `postgres`, else `nobody`. */
  readonly runAs?: string;
  /** Put over the usual ones, for example `{ fsync: 'off' }` in a throw-away test. */
  readonly settings?: ServerSettings;
  /** Breaks the start off, however far it is. */
  readonly signal?: AbortSignal;
};

export type Postgres = {
  /** As the superuser, to the database `postgres`. Holds the password. */
  readonly url: string;
  readonly pid: number;
  /** The account it runs as; null when that is ourselves. */
  readonly account: string | null;
  /** Settles when the server has ended, for whatever reason. */
  readonly exited: Promise<void>;
  readonly stop: () => Promise<void>;
  /** Ends it at once and without a word, for a second Ctrl-C. The data survive. */
  readonly kill: () => void;
};

const READY_LINE = 'database system is ready to accept connections';
const BUSY_WAIT_MS = 200;
const BUSY_TRIES = 50;
const FAST_STOP_MS = 20_000;
const IMMEDIATE_STOP_MS = 5_000;

/** Starts the PostgreSQL that npm installed, on data kept in a folder of ours [PLATFORM 1.1, X-02]. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataDir = makeDataFolder(options.dataDir);
  const account = chooseAccount(clusterFolder(dataDir), options.runAs ?? null);
  letIn(dataDir, account);
  const programs = preparePrograms(dataDir, account);
  await stopOrphan(dataDir, clusterFolder(dataDir), options.log);
  await makeCluster(dataDir, programs, account);
  claimData(dataDir);
  for (let tries = 1; ; tries += 1) {
    const server = await launch(programs.postgres, dataDir, account, options);
    if (server.ready) return running(server, dataDir, account, options);
    if (!isStillEnding(server.said, clusterFolder(dataDir)) || tries === BUSY_TRIES) {
      releaseData(dataDir);
      throw startTrouble(server.said, options.port);
    }
    await delay(BUSY_WAIT_MS);
  }
}

type Launched = {
  readonly child: ChildProcess;
  readonly guard: Guard;
  readonly exited: Promise<void>;
  readonly ready: boolean;
  readonly said: string;
};

async function launch(
  program: string,
  dataDir: string,
  account: Account | null,
  options: PostgresOptions,
): Promise<Launched> {
  const settings = serverSettings(options.port, options.settings ?? {});
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(program, ['-D', clusterFolder(dataDir), ...flags], {
    cwd: '/',
    detached: true, // its own group: Ctrl-C is for us, and we stop it after its clients
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...credentials(account),
  });
  const watcher = guard(child.pid);
  const breakOff = (): boolean => child.kill('SIGINT');
  options.signal?.addEventListener('abort', breakOff);
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  const said: string[] = [];
  const ready = new Promise<true>((resolve) => {
    createInterface({ input: present(child.stderr, 'stderr of PostgreSQL') }).on('line', (line) => {
      if (line.includes(READY_LINE)) resolve(true);
      said.push(line);
      if (said.length > 100) said.shift();
      options.log(line);
    });
  });
  if (options.signal?.aborted === true) breakOff();
  const isReady = await Promise.race([ready, exited.then(() => false)]);
  options.signal?.removeEventListener('abort', breakOff);
  if (!isReady) watcher.dismiss();
  return { child, guard: watcher, exited, ready: isReady, said: said.join('\n') };
}

function running(
  server: Launched,
  dataDir: string,
  account: Account | null,
  options: PostgresOptions,
): Postgres {
  const { child, exited } = server;
  const ended = (async () => {
    await exited;
    server.guard.dismiss();
    releaseData(dataDir);
  })();
  return {
    url: postgresUrl(dataDir, options.port),
    pid: present(child.pid, 'process id of PostgreSQL'),
    account: account?.name ?? null,
    exited: ended,
    stop: () => stop(child, ended),
    kill: () => child.kill('SIGKILL'),
  };
}

/** Ever less polite: sessions are ended, then the server without a checkpoint, then by force. */
async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGINT');
  if (await endsWithin(ended, FAST_STOP_MS)) return;
  child.kill('SIGQUIT');
  if (await endsWithin(ended, IMMEDIATE_STOP_MS)) return;
  child.kill('SIGKILL');
  await ended;
}

async function endsWithin(ended: Promise<void>, timeoutMs: number): Promise<boolean> {
  const timeout = new AbortController();
  const late = delay(timeoutMs, false, { signal: timeout.signal }).then(
    () => false,
    () => false,
  );
  const isEnded = await Promise.race([ended.then(() => true), late]);
  timeout.abort();
  return isEnded;
}

function startTrouble(said: string, port: number): Trouble {
  if (said.includes('could not bind') || said.includes('could not create any TCP/IP sockets')) {
    return new Trouble(
      `PostgreSQL cannot listen on port ${port}: another program does`,
      'stop that program, or choose other ports with --port-base <n> or --auto-port',
    );
  }
  const last = said.trim().split('\n').slice(-3).join(' / ') || 'it said nothing';
  return new Trouble(
    `PostgreSQL did not start: ${last}`,
    'check the disk and the data folder, or start without --data for fresh data',
  );
}
