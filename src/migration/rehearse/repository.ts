import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';

type Asking = Pick<Database, 'all'>;

/** Seconds from the freezing of the old store to the first message that could be taken here; 0 before that. */
export async function writeStop(database: Asking, exportId: string): Promise<number> {
  const [row] = await database.all<{ seconds: number }>(sql`
    select (evidence->>'writeStopSeconds')::float8 as seconds from migration.step
    where export_id = ${exportId} and to_state = 'SWITCHED_RW' and is_done order by number desc limit 1`);
  return row?.seconds ?? 0;
}

/** Pharmacies for which something waits. */
export async function waitedFor(database: Asking, most: number): Promise<string[]> {
  const rows = await database.all<{ organisation: string }>(sql`
    select distinct organisation from prescriptions.download_queue
    where left_at is null order by 1 limit ${most}`);
  return rows.map(({ organisation }) => organisation);
}

/** Messages that the store has kept. */
export async function messages(database: Asking): Promise<number> {
  const [row] = await database.all<{ count: number }>(
    sql`select count(*)::int as count from prescriptions.message`,
  );
  return row?.count ?? 0;
}
