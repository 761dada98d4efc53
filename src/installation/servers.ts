import { join } from 'node:path';

import { hl7v3Url, issuerAt, localUrl } from './addresses.ts';
import { socketOf } from './control.ts';
import { type Database, type DatabaseOptions, knownDatabase, startDatabase } from './database.ts';
import { type DatacentreOptions, startDatacentre } from './datacentre.ts';
import type { Datacentre } from './kept-process.ts';
import type { Running } from './datacentre-orders.ts';
import { NOTHING_SHOWN, type Parts, type Shown } from './parts.ts';
import type { State } from './state-file.ts';
import { startStatusSite, statusSettings, type StatusSite } from './status-site.ts';
import { createSteps, type Steps } from './steps.ts';
import type { Output } from '../cli/output.ts';
import type { Site } from '../platform/replicated-postgres.ts';
import { Trouble } from '../platform/trouble.ts';

/** What runs for us: noted when its start begins, so that none is forgotten when the start is broken off. */
export type Servers = {
  readonly addDatabase: (start: Start<Database>) => Promise<Database>;
  readonly add: <Server extends Datacentre | StatusSite>(start: Start<Server>) => Promise<Server>;
  /** Datacentres first, together; then the database that they write to. */
  readonly stop: () => Promise<void>;
  readonly kill: () => void;
};

/** What runs, and what the banner says of what it holds. */
export type Started = { readonly running: Running; readonly shown: Shown };

const SLOW_ONCE =
  'rows are written for the first time; with --data the next start finds them there';

type Stoppable = Database | Datacentre | StatusSite;
type Start<Server> = (signal: AbortSignal) => Promise<Server>;

export type StartOptions = {
  readonly state: State;
  readonly runAs: string | null;
  readonly seed: number;
  readonly databaseUrl: string | null;
  readonly isReplicated: boolean;
  readonly parts: Parts;
  readonly output: Output;
};

export function createServers(): Servers {
  const starting: Promise<Stoppable>[] = [];
  const databases: Stoppable[] = [];
  const others: Stoppable[] = [];
  const stopping = new AbortController();
  const add = async <Server extends Stoppable>(
    started: Stoppable[],
    start: Start<Server>,
  ): Promise<Server> => {
    if (stopping.signal.aborted) throw new Trouble('The start was broken off', 'start again');
    const server = start(stopping.signal);
    starting.push(server);
    started.push(await server);
    return server;
  };
  return {
    addDatabase: (start) => add(databases, start),
    add: (start) => add(others, start),
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(starting);
      for (const servers of [others, databases]) {
        await Promise.all(servers.map((server) => server.stop()));
      }
    },
    kill: () => {
      for (const server of [...others, ...databases]) server.kill();
    },
  };
}

/** The steps of a start in their order. */
export async function startAll(servers: Servers, options: StartOptions): Promise<Started> {
  const { state, parts, output } = options;
  const steps = createSteps(output);
  const opened = databaseStep(servers, steps, options);
  // None needs another: they get ready side by side, and beside the database where it is known where that will be.
  const status = statusStart(servers, options);
  status.then(undefined, () => undefined); // its step tells
  const known = knownDatabase(databaseOptions(options));
  const early = known === null ? null : datacentreStarts(known, servers, options, opened);
  const database = await opened;
  const starts = early ?? datacentreStarts(database, servers, options, opened);
  const url = database.urls.a; // the work of a start goes to one database, however many there are
  await steps.step({
    name: 'migrations',
    work: () => parts.migrate(url),
    remark: ({ applied, total }) => `${applied}/${total} applied`,
    slow: 'a migration works through rows that are there already',
  });
  await optionalStep(steps, 'definitions', parts.definitions, url);
  const a = await datacentreStep('a', starts.a, { steps, options });
  const b = await datacentreStep('b', starts.b, { steps, options });
  const running = { database, datacentres: { a, b } };
  await steps.step({
    name: 'status site',
    work: () => status,
    remark: () => `port ${state.ports.status}`,
    slow: 'its process starts; on a busy machine that takes longer',
  });
  await optionalStep(steps, 'sign-in', parts.signIn, url);
  if (state.mode === 'live') return { running, shown: NOTHING_SHOWN }; // no synthetic people, no synthetic journeys
  const shown = await steps.step({
    name: 'seed',
    work: () => parts.seed(state.apiA, options.seed),
    slow: SLOW_ONCE,
  });
  await steps.step({
    name: 'probes',
    work: () => parts.probe(state.apiA, state.apiB),
    remark: () => 'one journey through each datacentre',
    slow: 'a synthetic prescription goes through each datacentre, step by step',
  });
  return { running, shown };
}

function databaseStep(servers: Servers, steps: Steps, options: StartOptions): Promise<Database> {
  return steps.step({
    name: 'database',
    work: () =>
      servers.addDatabase((signal) => startDatabase({ ...databaseOptions(options), signal })),
    remark: ({ remark }) => remark,
    slow: options.isReplicated
      ? 'one datacentre makes its database, the other takes a copy, and both agree'
      : 'the files of a new database are written, or an old one recovers after a crash',
  });
}

function databaseOptions({
  state,
  runAs,
  databaseUrl,
  isReplicated,
  output,
}: StartOptions): Omit<DatabaseOptions, 'signal'> {
  return {
    data: state.data,
    port: state.ports.database,
    replicatedPort: isReplicated ? state.ports.replicated : null,
    runAs,
    externalUrl: databaseUrl,
    log: output.progress,
  };
}

function statusStart(
  servers: Servers,
  { state, parts, output }: StartOptions,
): Promise<StatusSite> {
  const program = parts.statusProgram ?? null;
  return servers.add((signal) => startStatusSite({ state, program, log: output.progress, signal }));
}

type Starts = Readonly<Record<Site, Promise<Datacentre>>>;

/** Both, side by side; `opened`: the database that they wait for. */
function datacentreStarts(
  database: Pick<Database, 'urls' | 'readUrls'>,
  servers: Servers,
  options: StartOptions,
  opened: Promise<Database>,
): Starts {
  const start = (name: Site): Promise<Datacentre> => {
    const settings = datacentreSettings(name, database, options);
    const started = servers.add((signal) =>
      startDatacentre({ ...settings, signal, waitsFor: opened, log: options.output.progress }),
    );
    started.then(undefined, () => undefined); // its step tells
    return started;
  };
  return { a: start('a'), b: start('b') };
}

function datacentreSettings(
  name: Site,
  { urls, readUrls }: Pick<Database, 'urls' | 'readUrls'>,
  { state, parts }: StartOptions,
): Omit<DatacentreOptions, 'signal' | 'log' | 'waitsFor'> {
  const { hl7v3A, hl7v3B, signIn, pages, metricsA, metricsB } = state.ports;
  const folder = state.data.kind === 'external' ? null : state.data.folder;
  return {
    name,
    port: apiPort(name, state),
    databaseUrl: urls[name],
    readDatabaseUrl: readUrls?.[name] ?? null,
    mode: state.mode,
    publicUrls: [
      ...(name === 'a' ? [state.apiA, state.apiB] : [state.apiB, state.apiA]),
      localUrl(signIn),
      localUrl(pages),
    ],
    signInPort: signIn,
    pagesPort: pages,
    metricsPort: name === 'a' ? metricsA : metricsB,
    cis2Issuer: issuerAt(signIn),
    hl7v3Port: name === 'a' ? hl7v3A : hl7v3B,
    hl7v3Urls: [hl7v3Url(hl7v3A), hl7v3Url(hl7v3B)],
    auditFolder: folder === null ? null : join(folder, 'audit'),
    inHandFile: folder === null ? null : join(folder, `in-hand-${name}`),
    testSystemsFolder: folder === null ? null : join(folder, 'hl7v3'),
    control: socketOf(state.portBase),
    status: statusSettings(state),
    program: parts.datacentreProgram ?? null,
  };
}

function datacentreStep(
  name: Site,
  start: Promise<Datacentre>,
  { steps, options: { state } }: { steps: Steps; options: StartOptions },
): Promise<Datacentre> {
  return steps.step({
    name: `datacentre ${name.toUpperCase()}`,
    work: () => start,
    remark: () => `port ${apiPort(name, state)}`,
    slow: 'its process starts and loads its tables; on a busy machine that takes longer',
  });
}

function apiPort(name: Site, { ports }: State): number {
  return name === 'a' ? ports.apiA : ports.apiB;
}

async function optionalStep(
  steps: Steps,
  name: string,
  work: ((databaseUrl: string) => Promise<void>) | undefined,
  databaseUrl: string,
): Promise<void> {
  if (work === undefined) return;
  await steps.step({ name, work: () => work(databaseUrl), slow: SLOW_ONCE });
}
