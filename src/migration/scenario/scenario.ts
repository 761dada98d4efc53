import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Bug } from '../../kernel/bug.ts';
import { type BulkLoad, openBulkLoad } from '../../platform/bulk-load.ts';
import { type Database, openDatabase } from '../../platform/database.ts';
import { type Postgres, startPostgres } from '../../platform/postgres.ts';
import { originOf } from '../fold/fold-group.ts';
import { dumpFolder, generateDump, TRUTH } from '../generate/generate.ts';
import type { Truth } from '../generate/truth.ts';
import { load } from '../load/load.ts';
import { type Dump, openDump } from '../lx1/open-dump.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { signingKeyIn } from '../signing-key.ts';
import { compare, type Compared } from './compare.ts';
import { pollAll, pollingSpine } from './poll.ts';

const PATIENCE_MS = 60_000; // a machine that loads and compares a million is busy

export type Wanted = {
  readonly prescriptions: number;
  readonly seed: number;
  readonly asOfMs: number;
  readonly dirt: number;
  /** How often the load is killed before it may end. */
  readonly kills: number;
  readonly pharmacies: number;
};

/** What a run is given by those who put the program together. */
export type Parts = {
  readonly prepare: (url: string) => Promise<unknown>;
  /** The program, for a load that is killed as a process: its path, started by Node. */
  readonly program: string;
  /** Something to measure while the store is as it was loaded. */
  readonly afterLoad?: (url: string) => Promise<void>;
};

export type Ran = Compared & {
  readonly prescriptions: number;
  readonly ids: number;
  readonly kills: number;
  /** Records that the second load wrote: none, or something is doubled. */
  readonly writtenAgain: number;
  readonly differences: number;
  readonly tripped: number;
  readonly loadedPerSecond: number;
  readonly seconds: {
    readonly generate: number;
    readonly load: number;
    readonly reconcile: number;
    readonly poll: number;
  };
};

/**
 * The story of August 2014, in a store of its own that is thrown away: an old store with prescriptions that came back is
 * loaded, by a load that is killed on its way, and once more; the two are reconciled, and every pharmacy asks [MIGRATION 1].
 */
export async function migrationOf2014(
  wanted: Wanted,
  parts: Parts,
  onStep: (line: string) => void,
): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), 'openspine-2014-'));
  const dataDir = await mkdtemp(join(tmpdir(), 'openspine-2014-data-'));
  const server = await startPostgres({
    dataDir,
    port: await freePort(),
    log: () => undefined,
  });
  try {
    await parts.prepare(server.url);
    return await run(wanted, { folder, server, parts, onStep });
  } finally {
    await server.stop();
    await Promise.all([folder, dataDir].map((one) => rm(one, { recursive: true, force: true })));
  }
}

type Rig = {
  readonly folder: string;
  readonly server: Postgres;
  readonly parts: Parts;
  readonly onStep: (line: string) => void;
};

async function run(wanted: Wanted, { folder, server, parts, onStep }: Rig): Promise<Ran> {
  const timer = stopwatch();
  onStep(`an old store of ${wanted.prescriptions} prescriptions is made`);
  const privateKeyPem = await signingKeyIn(folder, 'export-key');
  const amount = { perPart: 20_000, packing: 'none', surgeries: 7000, changing: 0 } as const;
  await generateDump({ ...wanted, ...amount, folder, privateKeyPem });
  const key = join(folder, 'export-key.pem');
  const dump = await openDump(dumpFolder(folder), await readFile(key, 'utf8'));
  const generated = timer();
  for (let kill = 1; kill <= wanted.kills; kill += 1) {
    onStep(`it is loaded; the load is killed (${kill} of ${wanted.kills})`);
    await killedLoad(server.url, { dump, key, program: parts.program });
  }
  timer();
  onStep('what is left is loaded');
  const rest = await withBulk(server.url, (bulk) => load(bulk, dump));
  const loaded = timer();
  await parts.afterLoad?.(server.url);
  onStep('all of it is loaded once more');
  const again = await withBulk(server.url, (bulk) => load(bulk, dump));
  const database = openDatabase({
    url: server.url,
    statementTimeoutMs: 0,
    connectWithinMs: PATIENCE_MS,
  });
  try {
    timer();
    onStep('each id is compared with the old store');
    const { differences, ids } = await reconcile(database, dump);
    const reconciled = timer();
    onStep('every pharmacy asks until it gets nothing more');
    const got = await everyPoll(database, dump, folder);
    const polled = timer();
    return {
      ...compare(await truthsIn(folder), got),
      prescriptions: wanted.prescriptions,
      ids,
      kills: wanted.kills,
      writtenAgain: again.written,
      differences: differences.length,
      tripped: await tripped(database),
      loadedPerSecond: Math.round(rest.written / loaded),
      seconds: { generate: generated, load: loaded, reconcile: reconciled, poll: polled },
    };
  } finally {
    await database.close();
  }
}

/** Seconds since it was asked last. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return Math.round(seconds * 100) / 100;
  };
}

async function withBulk<Value>(
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

const KILLED_AFTER_MS = [1500, 4000] as const;

/** A load as its own process, killed at a moment that nobody chose. */
async function killedLoad(
  url: string,
  { dump, key, program }: { readonly dump: Dump; readonly key: string; readonly program: string },
): Promise<void> {
  const words = ['migrate', 'load', dump.folder, '--key', key];
  const child = spawn(process.execPath, [program, ...words], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
  const kill = setTimeout(() => child.kill('SIGKILL'), randomInt(...KILLED_AFTER_MS));
  await ended;
  clearTimeout(kill);
}

const LANES = 4;

async function everyPoll(
  database: Database,
  dump: Dump,
  folder: string,
): Promise<Map<string, string[]>> {
  const pharmacies = new Set<string>();
  for await (const { queuedFor, released } of truths(folder)) {
    if (queuedFor !== null) pharmacies.add(queuedFor);
    for (const [, organisation] of released) pharmacies.add(organisation);
  }
  const spine = pollingSpine(database);
  const { asOf } = originOf(dump.manifest);
  const got = new Map<string, string[]>();
  const left = [...pharmacies];
  const lane = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      got.set(next, await pollAll(spine, next, asOf));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return got;
}

async function truthsIn(folder: string): Promise<Truth[]> {
  const all: Truth[] = [];
  for await (const truth of truths(folder)) all.push(truth);
  return all;
}

async function* truths(folder: string): AsyncGenerator<Truth> {
  for await (const line of createInterface({ input: createReadStream(join(folder, TRUTH)) })) {
    const truth: unknown = JSON.parse(line);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written a moment ago by the generator
    yield truth as Truth;
  }
}

async function tripped(database: Database): Promise<number> {
  const [row] = await database.all<{ count: number }>({
    text: `select count(*)::int as count from platform.audit where interaction = 'tripwire'`,
    values: [],
  });
  return row?.count ?? 0;
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
