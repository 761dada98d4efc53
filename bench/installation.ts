import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import pg from 'pg';

import { parentOf, timeOf, timeOfFamily } from './processor-time.ts';
import type { Hl7Access } from './child.ts';
import { endpointAuthority, issueCertificate } from '../src/directory/index.ts';
import { keepTestSystems, TEST_SYSTEMS } from '../src/local/systems.ts';
import { certificatePem, privateKeyPem } from '../src/platform/certificates.ts';
import { SPINE_ASID } from '../test/support/hl7v3.ts';
import { PERSONAS } from '../src/local/personas.ts';
import { type SigningKey, signingKeyOf } from '../src/local/signing/card-key.ts';
import { openDatabase } from '../src/platform/database.ts';
import { migrate } from '../src/platform/migrate.ts';
import { startPostgres } from '../src/platform/postgres.ts';
import { SCHEMAS } from '../src/schemas.ts';
import { freePort } from '../test/support/ports.ts';

/** What is measured: two datacentres over one database that really writes to disk. */
export type Installation = {
  readonly databaseUrl: string;
  readonly ports: readonly number[];
  readonly tokens: { readonly prescriber: string; readonly dispenser: string };
  /** The prescriber's. */
  readonly signingKey: SigningKey;
  readonly hl7v3: Hl7Access;
  meters(): Promise<Meters>;
  /** Writes out what rounds before have left in memory: else the database does that during the next one. */
  settle(): Promise<void>;
  rows<Row extends object>(query: string): Promise<Row[]>;
  close(): Promise<void>;
};

/** Readings that only ever grow; null where the machine does not tell. */
export type Meters = {
  readonly datacentresMs: number | null;
  readonly databaseMs: number | null;
  readonly walBytes: number;
};

export async function startInstallation(): Promise<Installation> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.toReversed()) await one();
  };
  try {
    return { ...(await startParts(closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(closers: (() => Promise<void>)[]): Promise<Omit<Installation, 'close'>> {
  const server = await startServer();
  closers.push(() => server.stop());
  const name = `openspine_bench_${process.pid}`;
  await execute(server.url, `create database ${name}`);
  closers.push(() => execute(server.url, `drop database ${name} with (force)`));
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const databaseUrl = url.href;
  await migrate(databaseUrl, SCHEMAS);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  closers.push(() => client.end());
  const postmaster = server.pid ?? (await postmasterOf(client));
  const a = await startDatacentre('a', databaseUrl);
  closers.push(() => a.stop());
  const b = await startDatacentre('b', databaseUrl);
  closers.push(() => b.stop());
  return {
    databaseUrl,
    ports: [a.port, b.port],
    tokens: {
      prescriber: await token(a.port, 'prescriber'),
      dispenser: await token(a.port, 'dispenser'),
    },
    signingKey: await signingKey(databaseUrl),
    hl7v3: await hl7Access(databaseUrl, [a.hl7v3Port, b.hl7v3Port]),
    meters: async () => ({
      datacentresMs: timeOf([a.pid, b.pid]),
      databaseMs: postmaster === null ? null : timeOfFamily(postmaster),
      walBytes: await walBytes(client),
    }),
    settle: async () => {
      await client.query('checkpoint');
    },
    rows: async <Row extends object>(query: string) => (await client.query<Row>(query)).rows,
  };
}

async function signingKey(url: string): Promise<SigningKey> {
  const database = openDatabase({ url, connections: 1 });
  const key = await signingKeyOf(database, PERSONAS.prescriber);
  await database.close();
  if (!key.ok) throw new Error(key.error);
  return key.value;
}

/** The NHS's facade of the test installation: through it anybody's messages come. */
async function hl7Access(url: string, ports: readonly number[]): Promise<Hl7Access> {
  const database = openDatabase({ url, connections: 1 });
  const system = TEST_SYSTEMS.facade;
  const { partyKey, asid } = system;
  await keepTestSystems(database);
  const issued = await issueCertificate(database, { partyKey, asids: [asid] }, new Date());
  const authority = await endpointAuthority(database, new Date());
  await database.close();
  if (!issued.ok) throw new Error(issued.error);
  return {
    ports,
    system,
    spineAsid: SPINE_ASID,
    certificate: certificatePem(issued.value.certificate),
    key: privateKeyPem(issued.value.privateKey),
    authority: certificatePem(authority.certificate),
  };
}

type Server = { readonly url: string; readonly pid: number | null; stop(): Promise<void> };

/** `DATABASE_URL` if it is set, else PostgreSQL as npm installed it, on fresh data. */
async function startServer(): Promise<Server> {
  const url = process.env['DATABASE_URL'];
  if (url !== undefined) return { url, pid: null, stop: () => Promise.resolve() };
  const dataDir = await mkdtemp(join(tmpdir(), 'openspine-bench-'));
  const server = await startPostgres({
    dataDir,
    port: await freePort(),
    log: () => undefined,
    settings: { max_wal_size: '8GB' }, // as for a live database [PLATFORM 1.3]
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url: server.url, pid: server.pid, stop };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** Null when the server is on another machine. */
async function postmasterOf(client: pg.Client): Promise<number | null> {
  const { rows } = await client.query<{ pid: number; here: boolean }>(`
    select pg_backend_pid() as pid, coalesce(inet_server_addr() <<= '127.0.0.0/8', true) as here`);
  const [row] = rows;
  return row === undefined || !row.here ? null : parentOf(row.pid);
}

async function walBytes(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as bytes",
  );
  return Number(rows[0]?.bytes);
}

type Datacentre = {
  readonly port: number;
  readonly hl7v3Port: number;
  readonly pid: number;
  stop(): Promise<void>;
};

async function startDatacentre(name: 'a' | 'b', databaseUrl: string): Promise<Datacentre> {
  const [port, hl7v3Port] = [await freePort(), await freePort()];
  const program = fileURLToPath(new URL('../bin/spine.ts', import.meta.url));
  const child = spawn(process.execPath, [program, 'serve'], {
    env: {
      ...process.env,
      OPENSPINE_DATACENTRE: name,
      OPENSPINE_PORT: String(port),
      OPENSPINE_HL7V3_PORT: String(hl7v3Port),
      OPENSPINE_MODE: 'test',
      DATABASE_URL: databaseUrl,
    },
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  await untilReady(child, exited);
  const stop = (): Promise<void> => {
    child.kill('SIGTERM');
    return exited;
  };
  return { port, hl7v3Port, pid: child.pid ?? 0, stop };
}

async function untilReady(child: ChildProcess, exited: Promise<void>): Promise<void> {
  const ready = new Promise<boolean>((resolve) => {
    child.once('message', () => resolve(true));
  });
  const isReady = await Promise.race([ready, exited.then(() => false)]);
  if (!isReady) throw new Error('a datacentre ended while it was starting');
}

async function token(port: number, persona: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/_local/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona }),
  });
  const { access_token: text } = (await answer.json()) as { access_token: string };
  return text;
}
