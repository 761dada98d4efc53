import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';

/** A copy of the database that follows the one which takes the writes. */
export type Copy = {
  readonly name: string;
  /** `sync`, `quorum`: every commit waits for it; `async`: none does. */
  readonly how: string;
  readonly state: string;
  readonly lagSeconds: number | null;
  readonly behindBytes: number;
};

/** As the primary sees them; none for whoever may not see, and where there is no other. */
export function copiesOf(database: Database): Promise<Copy[]> {
  return database.all<Copy>(sql`
    select application_name as name, sync_state as how, state, extract(epoch from replay_lag)::float8 as "lagSeconds",
      coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::float8 as "behindBytes"
    from pg_stat_replication order by application_name`);
}

/** Which primary takes the writes, counted; null: nobody has written yet. */
export async function epochOf(database: Database): Promise<number | null> {
  const [row] = await database.all<{ number: number }>(sql`select number from platform.epoch`);
  return row?.number ?? null;
}
