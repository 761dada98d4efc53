import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Bug } from '../../kernel/bug.ts';
import { JsonReader } from '../../kernel/json-reader.ts';
import { type BulkLoad, openBulkLoad } from '../../platform/bulk-load.ts';
import { type Database, openDatabase } from '../../platform/database.ts';
import { type Postgres, startPostgres } from '../../platform/postgres.ts';

/** A store of its own, migrated, with a folder beside it; both are gone afterwards. */
export async function withThrowAwayStore<Value>(
  prepare: (url: string) => Promise<unknown>,
  work: (server: Postgres, folder: string) => Promise<Value>,
): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'openspine-migration-'));
  const dataDir = await mkdtemp(join(tmpdir(), 'openspine-migration-data-'));
  const server = await startPostgres({ dataDir, port: await freePort(), log: () => undefined });
  try {
    await prepare(server.url);
    return await work(server, folder);
  } finally {
    await server.stop();
    await Promise.all([folder, dataDir].map((one) => rm(one, { recursive: true, force: true })));
  }
}

const PATIENCE_MS = 60_000; // a machine that loads and compares a million is busy

/** With more patience than those whom a process serves. */
export function openPatient(url: string): Database {
  return openDatabase({ url, statementTimeoutMs: 0, connectWithinMs: PATIENCE_MS });
}

export async function withBulk<Value>(
  url: string,
  work: (bulk: BulkLoad) => Promise<Value>,
): Promise<Value> {
  const bulk = await openBulkLoad(url);
  try {
    return await work(bulk);
  } finally {
    await bulk.close();
  }
}

/** Seconds since it was asked last. */
export function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return Math.round(seconds * 100) / 100;
  };
}

/** An export and the public key that it is signed with, the program that loads it, and its plan, if it has one: paths. */
export type Loading = Record<'folder' | 'key' | 'program', string> & { readonly plan?: string };

const KILLED_AFTER_MS = [1500, 4000] as const;

/** A load as its own process, killed at a moment that nobody chose. */
export async function killedLoad(url: string, loading: Loading): Promise<void> {
  const child = loadIn(url, loading, []);
  const ended = endOf(child);
  const kill = setTimeout(() => child.kill('SIGKILL'), randomInt(...KILLED_AFTER_MS));
  await ended;
  clearTimeout(kill);
}

/** What a load says of itself when it has ended. */
export type LoadSaid = {
  readonly written: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** The most memory that its process had. */
  readonly megabytes: number;
};

/** A load as its own process, to its end. */
export async function loadToEnd(url: string, loading: Loading): Promise<LoadSaid> {
  const child = loadIn(url, loading, ['-o', 'json']);
  const ended = endOf(child);
  let text = '';
  for await (const chunk of child.stdout ?? []) text += String(chunk);
  const code = await ended;
  if (code !== 0) throw new Bug(`spine migrate load ended with ${code}`);
  const said = new JsonReader(JSON.parse(text), '', []);
  const number = (name: keyof LoadSaid): number => Number(said.value(name));
  return {
    written: number('written'),
    seconds: Math.round(number('seconds') * 100) / 100,
    perSecond: number('perSecond'),
    megabytes: number('megabytes'),
  };
}

function loadIn(
  url: string,
  { folder, key, program, plan }: Loading,
  words: readonly string[],
): ChildProcess {
  const byPlan = plan === undefined ? [] : ['--plan', plan];
  return spawn(
    process.execPath,
    [program, 'migrate', 'load', folder, '--key', key, ...byPlan, ...words],
    {
      env: { ...process.env, DATABASE_URL: url },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', reject);
  });
}

/** A port of the loopback address that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Bug('a server that listens has no port')),
      );
    });
  });
}
