import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

import pg from 'pg';

import type { Database } from './database.ts';
import { sql } from './sql.ts';

/** A capability's own schema and the folder of its `NNNN_words.sql`. */
export type Migrations = { readonly schema: string; readonly folder: URL };

export type Migrated = { readonly applied: number; readonly total: number };

/** Brings every schema up to date, each file in a transaction of its own. Throws on a file that changed after it ran. */
export async function migrate(
  url: string,
  all: readonly Migrations[],
  onStep: (done: number, total: number) => void = () => undefined,
): Promise<Migrated> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // told by the statement that it broke
  await client.connect();
  try {
    await client.query(LEDGER);
    const files = (await Promise.all(all.map(filesOf))).flat();
    let applied = 0;
    for (const [index, file] of files.entries()) {
      if (await apply(client, file)) applied += 1;
      onStep(index + 1, files.length);
    }
    return { applied, total: files.length };
  } finally {
    await client.end();
  }
}

const LEDGER = `
  create schema if not exists platform;
  create table if not exists platform.migration (
    schema text, file text, digest text not null, applied_at timestamptz not null default now(),
    primary key (schema, file))`;

/** Whether every schema is as this program needs it; false also where nothing was ever migrated. */
export async function isMigrated(database: Database, all: readonly Migrations[]): Promise<boolean> {
  const [ledger] = await database.all<{ name: string | null }>(
    sql`select to_regclass('platform.migration')::text as name`,
  );
  if (ledger?.name == null) return false;
  const done = await database.all<{ file: string }>(
    sql`select schema || '/' || file as file from platform.migration`,
  );
  const names = new Set(done.map(({ file }) => file));
  const files = (await Promise.all(all.map(filesOf))).flat();
  return files.every(({ schema, name }) => names.has(`${schema}/${name}`));
}

type File = { readonly schema: string; readonly name: string; readonly text: string };

async function filesOf(migrations: Migrations): Promise<File[]> {
  const names = (await readdir(migrations.folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => ({
      schema: migrations.schema,
      name,
      text: await readFile(new URL(name, migrations.folder), 'utf8'),
    })),
  );
}

async function apply(client: pg.Client, file: File): Promise<boolean> {
  const digest = createHash('sha256').update(file.text).digest('hex');
  await client.query('begin');
  try {
    // The ledger row is the lock: a second process waits here, then finds it done.
    const { rowCount } = await client.query(
      `insert into platform.migration (schema, file, digest) values ($1, $2, $3)
       on conflict (schema, file) do nothing`,
      [file.schema, file.name, digest],
    );
    if (rowCount === 1) await run(client, file);
    else await assureUnchanged(client, file, digest);
    await client.query('commit');
    return rowCount === 1;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function run(client: pg.Client, file: File): Promise<void> {
  await client.query(`create schema if not exists ${client.escapeIdentifier(file.schema)}`);
  await client.query(file.text);
}

async function assureUnchanged(client: pg.Client, file: File, digest: string): Promise<void> {
  const { rows } = await client.query<{ digest: string }>(
    'select digest from platform.migration where schema = $1 and file = $2',
    [file.schema, file.name],
  );
  if (rows[0]?.digest !== digest) {
    throw new Error(`${file.schema}/${file.name} was changed after it ran here: add a new file`);
  }
}
