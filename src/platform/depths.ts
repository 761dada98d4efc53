import type { Database } from './database.ts';
import { sql } from './sql.ts';

/** How many wait somewhere, and since when the first of them. */
export type Depth = {
  readonly name: string;
  readonly count: number;
  readonly oldestAt: Date | null;
};

/** What waits in the outbox, by its topic. */
export function outboxDepths(database: Database): Promise<Depth[]> {
  return database.all<Depth>(sql`
    select 'outbox: ' || topic as name, count(*)::int as count, min(due_at) as "oldestAt"
    from platform.outbox group by topic order by topic`);
}

/** Topics of the outbox of which something should have left so long ago, as a queue is called. */
export async function lateQueues(database: Database, lateMs: number): Promise<readonly string[]> {
  const rows = await database.all<{ name: string }>(sql`
    select distinct 'outbox: ' || topic as name from platform.outbox
    where due_at < now() - make_interval(secs => ${lateMs / 1_000}) order by name`);
  return rows.map(({ name }) => name);
}

/** How far the copy that is furthest behind is, in seconds; null: there is no copy. */
export async function replicationLagSeconds(database: Database): Promise<number | null> {
  const [row] = await database.all<{ copies: number; lag: number | null }>(sql`
    select count(*)::int as copies, max(extract(epoch from replay_lag))::float8 as lag
    from pg_stat_replication where state = 'streaming' and sync_state in ('sync', 'quorum', 'async', 'potential')`);
  return row === undefined || row.copies === 0 ? null : (row.lag ?? 0);
}
