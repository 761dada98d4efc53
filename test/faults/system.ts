import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { type DatacentreOptions, startDatacentre } from '../../src/installation/datacentre.ts';
import type { Datacentre } from '../../src/installation/kept-process.ts';
import { currentKey, signAccessToken } from '../../src/identity/index.ts';
import { seedTestSystem } from '../../src/local/cards.ts';
import { claimsOf } from '../../src/local/tokens.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { type SigningKey, signingKeyOf } from '../../src/local/signing/card-key.ts';
import { type Database, openDatabase } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrate.ts';
import {
  canMakeNetwork,
  type ReplicatedPostgres,
  type Site,
  startReplicatedPostgres,
} from '../../src/platform/replicated-postgres.ts';
import { messageOf } from '../../src/platform/trouble.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import type { Tokens } from '../nothing-lost/datacentres.ts';
import { openRows, type Rows } from '../nothing-lost/rows.ts';
import { freePort } from '../support/ports.ts';

/** What faults are done to: two datacentres, each with a database and a process, every commit in both. */
export type System = {
  readonly cluster: ReplicatedPostgres;
  readonly datacentres: Readonly<Record<Site, Datacentre>>;
  /** What their processes load besides from their next start on, as in a test build; and what they run, by itself the code of now. */
  readonly loads: Readonly<Record<Site, Load>>;
  /** Where the datacentres listen. */
  readonly ports: readonly number[];
  /** Sites can be cut off from each other: each is in a network of its own. */
  readonly hasNetworks: boolean;
  readonly folder: string;
  /** Past the service. */
  readonly rows: Rows;
  /** Of the service, in this process. */
  readonly database: Database;
  /** Resolves when all works again: both databases, every commit in both, either may take over, both processes. */
  readonly untilWhole: () => Promise<void>;
  /** `keeps`: what the databases and their supervisors wrote, to be looked at. */
  readonly stop: (keeps: boolean) => Promise<void>;
};

export type Load = (besides: readonly string[], spine?: string) => void;

const WHOLE_MS = 300_000; // a database that is copied anew, on a busy machine
const ASK_AGAIN_MS = 200;
const DAY_S = 86_400;
const SPINE = new URL('../../bin/spine.ts', import.meta.url).pathname;

/** `imports`: what the processes of the datacentres load before the program, as in a test build. */
export async function startSystem(imports: readonly string[] = []): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-faults-'));
  const closers: (() => unknown)[] = [];
  const stop = async (keeps: boolean): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
    if (!keeps) rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await startParts(closers, folder, imports)), stop };
  } catch (error) {
    await stop(false);
    throw error;
  }
}

async function startParts(
  closers: (() => unknown)[],
  folder: string,
  imports: readonly string[],
): Promise<Omit<System, 'stop'>> {
  const hasNetworks = canMakeNetwork();
  const portBase = await freePort();
  const cluster = await startReplicatedPostgres({ dataDir: folder, portBase, hasNetworks });
  closers.push(() => cluster.stop());
  const url = cluster.urlOf('a');
  await migrate(url, SCHEMAS);
  await seedTestSystem(url);
  const parts = { folder, cluster, imports };
  const a = await startProcess('a', parts);
  closers.push(() => a.process.stop());
  const b = await startProcess('b', parts);
  closers.push(() => b.process.stop());
  const database = openDatabase({ url });
  const rows = openRows(url);
  closers.push(() => Promise.all([database.close(), rows.close()]));
  const processes = { a: a.process, b: b.process };
  return {
    cluster,
    datacentres: processes,
    loads: { a: a.load, b: b.load },
    ports: [a.port, b.port],
    hasNetworks,
    folder,
    rows,
    database,
    untilWhole: () => untilWhole(cluster, processes),
  };
}

async function startProcess(
  name: Site,
  {
    folder,
    cluster,
    imports,
  }: Pick<System, 'folder' | 'cluster'> & { readonly imports: readonly string[] },
): Promise<{
  readonly process: Datacentre;
  readonly port: number;
  readonly load: Load;
}> {
  const [port, hl7v3Port, signInPort, pagesPort, metricsPort] = await Promise.all(
    Array.from({ length: 5 }, freePort),
  );
  const words = (loaded: readonly string[], spine = SPINE): string[] => [
    ...loaded.map((one) => `--import=${one}`),
    spine,
    'serve',
  ];
  const program = words(imports); // it is read at each start
  const options: DatacentreOptions = {
    name,
    port: port ?? 0,
    databaseUrl: cluster.urlOf(name),
    mode: 'test',
    readDatabaseUrl: cluster.readUrlOf(name),
    auditFolder: null,
    inHandFile: join(folder, `in-hand-${name}`),
    signInPort: signInPort ?? 0,
    pagesPort: pagesPort ?? 0,
    metricsPort: metricsPort ?? 0,
    publicUrls: [`http://127.0.0.1:${port}`],
    cis2Issuer: `http://127.0.0.1:${signInPort}/cis2`,
    hl7v3Port: hl7v3Port ?? 0,
    hl7v3Urls: [`https://127.0.0.1:${hl7v3Port}`],
    program,
    log: () => undefined,
    signal: new AbortController().signal,
  };
  const process = await patiently(() => startDatacentre(options)); // a busy machine may be too slow
  const load: Load = (besides, code) => {
    program.splice(0, program.length, ...words([...imports, ...besides], code));
  };
  return { process, port: port ?? 0, load };
}

async function untilWhole(
  cluster: ReplicatedPostgres,
  datacentres: System['datacentres'],
): Promise<void> {
  const until = performance.now() + WHOLE_MS;
  for (;;) {
    const status = await cluster.status();
    const states = [datacentres.a.state(), datacentres.b.state()];
    const isWhole = status.isDurableInBoth && status.canTakeOver !== null;
    if (isWhole && states.every((state) => state === 'running')) return;
    if (performance.now() > until) {
      throw new Error(`not whole again: ${JSON.stringify({ status, states })}`);
    }
    await delay(ASK_AGAIN_MS);
  }
}

/** Where the writes go now. */
export async function primaryOf({ cluster }: System): Promise<Site> {
  const { primary } = await cluster.status();
  if (primary === null) throw new Error('no database takes writes');
  return primary;
}

/** Signed with the installation's own key of now; they hold for a day. */
export async function tokensOf(database: Database): Promise<Tokens> {
  const key = await currentKey(database);
  const of = (persona: Parameters<typeof claimsOf>[0]): string =>
    signAccessToken(key, claimsOf(persona, null), new Date(), DAY_S);
  return { prescriber: of(PERSONAS.prescriber), dispenser: of(PERSONAS.dispenser) };
}

/** The prescriber's. */
export async function signingKey(database: Database): Promise<SigningKey> {
  const key = await signingKeyOf(database, PERSONAS.prescriber);
  if (!key.ok) throw new Error(key.error);
  return key.value;
}

/** What a database answers may be asked again while it comes back. */
export async function patiently<Value>(ask: () => Promise<Value>): Promise<Value> {
  for (const until = performance.now() + WHOLE_MS; ; ) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > until) throw new Error(messageOf(error), { cause: error });
      await delay(ASK_AGAIN_MS);
    }
  }
}
