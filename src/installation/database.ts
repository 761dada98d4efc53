import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Data } from './state-file.ts';
import { checkExternalPostgres } from '../platform/external-postgres.ts';
import {
  hasCluster,
  type Postgres,
  postgresUrl,
  startPostgres,
  stopLeftPostgres,
} from '../platform/postgres.ts';
import {
  canMakeNetwork,
  type ReplicatedPostgres,
  type Site,
  startReplicatedPostgres,
} from '../platform/replicated-postgres.ts';
import { messageOf, Trouble } from '../platform/trouble.ts';

export type DatabaseOptions = {
  readonly data: Data;
  readonly port: number;
  readonly runAs: string | null;
  /** First port of two databases, each of a datacentre; null: one database for both. */
  readonly replicatedPort: number | null;
  /** DATABASE_URL, when somebody else runs the database. */
  readonly externalUrl: string | null;
  readonly log: (line: string) => void;
  /** Breaks the start off. */
  readonly signal: AbortSignal;
};

export type Database = {
  /** As each datacentre reaches it. */
  readonly urls: Readonly<Record<Site, string>>;
  /** Where each may read while there is no primary; null: nowhere. */
  readonly readUrls: Readonly<Record<Site, string>> | null;
  /** Null: there is one, which cannot do without itself. */
  readonly replicated: ReplicatedPostgres | null;
  readonly remark: string;
  readonly stop: () => Promise<void>;
  readonly kill: () => void;
};

const TEMPORARY_PREFIX = 'openspine-';
const RESTART_MS = 500;
const SAID_TO_PEOPLE = /^(FATAL|PANIC): |automatic recovery in progress/;

/** The database of somebody else if DATABASE_URL names one, else the PostgreSQL that we bring. */
export async function startDatabase(options: DatabaseOptions): Promise<Database> {
  const { externalUrl, replicatedPort } = options;
  if (externalUrl === null) {
    return replicatedPort === null ? startOwn(options) : startTwo(options, replicatedPort);
  }
  const checked = await checkExternalPostgres(externalUrl);
  if (!checked.ok) throw new Trouble(checked.error.message, checked.error.remedy);
  const { version, host } = checked.value;
  return {
    urls: { a: externalUrl, b: externalUrl },
    readUrls: null,
    replicated: null,
    remark: `PostgreSQL ${version} of DATABASE_URL at ${host}`,
    stop: async () => {},
    kill: () => {},
  };
}

/** Where it will be, when that is known before it is started: of somebody else's, and of data that were kept. */
export function knownDatabase({
  data,
  port,
  replicatedPort,
  externalUrl,
}: Omit<DatabaseOptions, 'signal'>): Pick<Database, 'urls' | 'readUrls'> | null {
  if (externalUrl !== null) return { urls: { a: externalUrl, b: externalUrl }, readUrls: null };
  if (replicatedPort !== null || !hasCluster(ownFolder(data))) return null;
  const url = postgresUrl(ownFolder(data), port);
  return { urls: { a: url, b: url }, readUrls: null };
}

/** Temporary unless a folder is named; its name is our mark when it is to be removed. */
export function chooseData(folder: string | null, externalUrl: string | null): Data {
  if (externalUrl !== null) return { kind: 'external' };
  if (folder !== null) return { kind: 'kept', folder: resolve(folder) };
  return { kind: 'temporary', folder: mkdtempSync(join(tmpdir(), TEMPORARY_PREFIX)) };
}

export function removeTemporary(data: Data): void {
  if (data.kind !== 'temporary' || !basename(data.folder).startsWith(TEMPORARY_PREFIX)) return;
  rmSync(data.folder, { recursive: true, force: true });
}

/** Clears away what a killed run left: the server on its data, and the data if they were temporary. */
export async function clearLeft(data: Data): Promise<void> {
  if (data.kind === 'external') return;
  await stopLeftPostgres(data.folder);
  removeTemporary(data);
}

async function startOwn(options: DatabaseOptions): Promise<Database> {
  const stopping = new AbortController();
  let version = '';
  const log = (line: string): void => {
    version ||= /starting PostgreSQL (\S+)/.exec(line)?.[1] ?? '';
    if (SAID_TO_PEOPLE.test(line) && !stopping.signal.aborted) options.log(`PostgreSQL: ${line}`);
  };
  let server = await launch(options, log);
  const keepRunning = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await server.exited;
      if (stopping.signal.aborted) return;
      options.log('the database ended unexpectedly; starting it again on the same data');
      await delay(RESTART_MS);
      try {
        if (!stopping.signal.aborted) server = await launch(options, log);
      } catch (error) {
        options.log(`the database does not start: ${messageOf(error)}`);
      }
    }
  };
  const keeping = keepRunning();
  return {
    urls: { a: server.url, b: server.url },
    readUrls: null,
    replicated: null,
    remark: `PostgreSQL ${version} on port ${options.port}${accountWords(server)}`,
    stop: async () => {
      stopping.abort();
      await server.stop();
      await keeping;
      await server.stop(); // one that was being started meanwhile
    },
    kill: () => {
      stopping.abort();
      server.kill();
    },
  };
}

function launch(options: DatabaseOptions, log: (line: string) => void): Promise<Postgres> {
  const { data, port, runAs, signal } = options;
  const folder = ownFolder(data);
  refuseOther(join(folder, 'witness'), 'two databases: start with --datacentres 2');
  return startPostgres({
    dataDir: folder,
    port,
    log,
    signal,
    ...(runAs === null ? {} : { runAs }),
  });
}

/** PostgreSQL in each datacentre, every commit in both; in networks of their own where we may make them. */
async function startTwo(options: DatabaseOptions, portBase: number): Promise<Database> {
  const { data, runAs, signal, log } = options;
  const folder = ownFolder(data);
  refuseOther(join(folder, 'postgres'), 'one database: start without --datacentres');
  const hasNetworks = canMakeNetwork();
  const replicated = await startReplicatedPostgres({
    dataDir: folder,
    portBase,
    hasNetworks,
    signal,
    log,
    ...(runAs === null ? {} : { runAs }),
  });
  const where = hasNetworks ? 'each in a network of its own' : `from port ${portBase}`;
  return {
    urls: { a: replicated.urlOf('a'), b: replicated.urlOf('b') },
    readUrls: { a: replicated.readUrlOf('a'), b: replicated.readUrlOf('b') },
    replicated,
    remark: `PostgreSQL in both datacentres, ${where}`,
    stop: replicated.stop,
    kill: replicated.kill,
  };
}

function ownFolder(data: Data): string {
  if (data.kind === 'external') throw new Trouble('These data are not ours to start', '');
  return data.folder;
}

/** Data that were kept one way would seem lost the other way. */
function refuseOther(folder: string, remedy: string): void {
  if (existsSync(folder)) throw new Trouble(`${folder} holds the data of another set-up`, remedy);
}

/** Root must be told, or the owner of the files is a riddle. */
function accountWords({ account }: Postgres): string {
  return account === null
    ? ''
    : `, as account ${account} because PostgreSQL refuses root (--run-as changes it)`;
}
