import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';

import { type Database, openDatabase } from '../../src/platform/database.ts';
import { execute, PATIENCE_MS, TEMPLATE, withDatabase } from './global-setup.ts';

export type TestDatabase = { readonly url: string; readonly database: Database };

/** A database of its own, cloned from the template in about 50 ms. */
export async function createDatabase(): Promise<TestDatabase & { drop(): Promise<void> }> {
  const server = process.env['OPENSPINE_TEST_DATABASE'];
  if (server === undefined)
    throw new Error('run with --test-global-setup=test/support/global-setup.ts');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await execute(server, `create database ${name} template ${TEMPLATE}`);
  const url = withDatabase(server, name);
  const database = openDatabase({ url, connections: 4, connectWithinMs: PATIENCE_MS });
  const drop = async (): Promise<void> => {
    await database.close();
    await execute(server, `drop database if exists ${name} with (force)`);
  };
  return { url, database, drop };
}

/** This test file's own database. */
export function testDatabase(): () => TestDatabase {
  let made: Awaited<ReturnType<typeof createDatabase>> | null = null;
  before(async () => {
    made = await createDatabase();
  });
  after(async () => {
    await made?.drop();
  });
  return () => {
    if (made === null) throw new Error('the database is there only while tests run');
    return made;
  };
}

/**
 * A digest of every row of every table that a message could change: equal before and after means
 * unchanged. Clocks, leases, rates and revocation lists change by themselves, whatever is sent.
 */
export async function digestOf(database: Database): Promise<string> {
  const tables = await database.all<{ name: string }>({
    text: `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('prescriptions', 'platform', 'identity', 'directory', 'demographics') and tablename not in ('clock_reader', 'clock', 'lease', 'rate', 'revocation_list')
      order by 1`,
    values: [],
  });
  // One statement: all tables at one instant, and one way to the database and back.
  const digests = await database.all<{ line: string }>({
    text: tables
      .map(
        ({ name }) => `select '${name} ' || count(*) || ' ' ||
          coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) as line from ${name} t`,
      )
      .join(' union all '),
    values: [],
  });
  return digests
    .map(({ line }) => line)
    .sort() // in parallel they come in any order
    .join('\n');
}
