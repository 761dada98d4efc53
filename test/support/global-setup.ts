import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { endpointAuthority } from '../../src/directory/index.ts';
import { currentKey } from '../../src/identity/index.ts';
import { seedCards } from '../../src/local/cards.ts';
import { seedApplications } from '../../src/local/sign-in/material.ts';
import { keepTestSystems } from '../../src/local/systems.ts';
import { pkiUrlOf } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { startPostgres } from '../../src/platform/postgres.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import { freePort } from './ports.ts';

/** Name of the database that every test file's own one is cloned from. */
export const TEMPLATE = 'openspine_template';

/** It is thrown away afterwards, and nobody pulls its plug: nothing has to be on a disk. */
const QUICK = { fsync: 'off', full_page_writes: 'off' };

let stop: () => Promise<void> = () => Promise.resolve();

/** For an answer of a database on a machine that is busy with other things. */
export const PATIENCE_MS = 120_000;

/** One real PostgreSQL for the whole run: `DATABASE_URL` if it is set, else the embedded one. */
export async function globalSetup(): Promise<void> {
  const url = process.env['DATABASE_URL'] ?? (await startEmbedded());
  process.env['OPENSPINE_TEST_DATABASE'] = url;
  await execute(url, `drop database if exists ${TEMPLATE} with (force)`);
  await execute(url, `create database ${TEMPLATE}`);
  await migrate(withDatabase(url, TEMPLATE), SCHEMAS);
  await makeKeys(withDatabase(url, TEMPLATE));
}

/** Keys are dear to make (RSA): every test's database is born with the same, and with the same people and their cards. */
async function makeKeys(url: string): Promise<void> {
  const database = openDatabase({ url, connections: 1, connectWithinMs: PATIENCE_MS });
  await seedCards({ database, pkiUrl: pkiUrlOf({}) });
  await currentKey(database);
  await seedApplications(database);
  await keepTestSystems(database);
  await endpointAuthority(database, new Date());
  await database.close();
}

export async function globalTeardown(): Promise<void> {
  await stop();
}

async function startEmbedded(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'openspine-test-'));
  const port = await freePort();
  const server = await startPostgres({ dataDir, port, settings: QUICK, log: () => undefined });
  stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return server.url;
}

export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

export async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
