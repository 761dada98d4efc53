import { dirname } from 'node:path';
import { after } from 'node:test';

import { feedFolder } from '../../src/migration/generate/generate.ts';
import { load, type Progress } from '../../src/migration/load/load.ts';
import type { Dump } from '../../src/migration/lx1/open-dump.ts';
import { type Checked, checkSignatures } from '../../src/migration/signatures/check.ts';
import { type Judge, judgeHere } from '../../src/migration/signatures/judge.ts';
import { SIGNERS } from '../../src/migration/testing.ts';
import { type BulkLoad, openBulkLoad } from '../../src/platform/bulk-load.ts';
import { openRows, type Rows } from '../nothing-lost/rows.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

export type Store = TestDatabase & { readonly rows: Rows };

const stores = new Map<Store, () => Promise<void>>();
const bulks: BulkLoad[] = [];
after(async () => {
  for (const bulk of bulks) await bulk.close();
  for (const drop of stores.values()) await drop();
});

/** An empty one, gone after the tests of the file. */
export async function aStore(): Promise<Store> {
  const made = await createDatabase();
  const rows = openRows(made.url);
  const store = { ...made, rows };
  stores.set(store, async () => {
    await rows.close();
    await made.drop();
  });
  return store;
}

/** Of one that is not needed any more: where there are many, a server has not so many connections. */
export async function dropStore(store: Store): Promise<void> {
  await stores.get(store)?.();
  stores.delete(store);
}

/** For as long as the tests of the file last. */
export async function aBulk({ url }: Pick<TestDatabase, 'url'>): Promise<BulkLoad> {
  const bulk = await openBulkLoad(url);
  bulks.push(bulk);
  return bulk;
}

export async function withBulk<Value>(
  { url }: TestDatabase,
  work: (bulk: BulkLoad) => Promise<Value>,
): Promise<Value> {
  const bulk = await openBulkLoad(url);
  try {
    return await work(bulk);
  } finally {
    await bulk.close();
  }
}

/** Loads all of it, and judges the signatures, as operators do; by `judge`, else by who has signed the orders of tests. */
export function loadInto(store: Store, dump: Dump, judge?: Judge): Promise<Progress> {
  return withBulk(store, async (bulk) => {
    const done = await load(bulk, dump);
    await judgeAll(bulk, dump, judge);
    return done;
  });
}

export async function judgeAll(
  bulk: BulkLoad,
  dump: Dump,
  judge?: Judge,
  authorities = SIGNERS.authorities,
): Promise<Checked> {
  return checkSignatures(bulk, dump, {
    feed: feedFolder(dirname(dump.folder)),
    authorities,
    judge: judge ?? (await judgeHere(authorities)),
  });
}

/** Of orders that were made of templates: whoever signed those has not signed these. */
export const takeAll: Judge = (orders) => Promise.resolve(orders.map(() => null));

/** The server has noticed that a tool is gone, and lets the next one in. */
export async function untilAlone({ rows }: Store): Promise<void> {
  for (;;) {
    const locks = await rows.all(`select from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`);
    if (locks.length === 0) return;
  }
}

/** As at the end of the switch. */
export async function open({ rows }: Store): Promise<void> {
  await rows.all(
    'update prescriptions.opening set takes_messages = true, downloads = 100, does_due = true',
  );
}

/** Everything that was loaded, but for when. */
export async function digestOf({ rows }: Store): Promise<string> {
  const tables = [
    'prescriptions.prescription',
    'prescriptions.event',
    'prescriptions.message',
    'prescriptions.download_queue',
    'prescriptions.release_before',
    'prescriptions.patient_prescription',
    'migration.dirty',
    'migration.quarantine',
    'migration.unit',
  ];
  const digests = [];
  for (const table of tables) {
    const [row] = await rows.all<{ digest: string }>(`
      select md5(coalesce(string_agg(line, '|' order by line), '')) as digest
      from (select (to_jsonb(t) - 'recorded_at' - 'loaded_at')::text as line from ${table} t) as lines`);
    digests.push(`${table} ${row?.digest}`);
  }
  return digests.join('\n');
}
