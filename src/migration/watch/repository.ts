import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';

/** When this Spine first took messages after a move; null: it was not moved here, or takes none. */
export async function openedAt(database: Database): Promise<Date | null> {
  const [row] = await database.all<{ at: Date | null }>(sql`
    select min(s.began_at) as at from migration.step s
    where s.to_state = 'SWITCHED_RW' and s.is_done
      and exists (select from prescriptions.opening where takes_messages)`);
  return row?.at ?? null;
}

/** What waits for a pharmacy that had it in the old store, and that nobody nominated anew [MIGRATION 5, M2]. */
export async function waitingAgain(database: Database): Promise<number> {
  const [row] = await database.all<{ count: number }>(sql`
    select count(*)::int as count from prescriptions.download_queue q
    join prescriptions.release_before r using (prescription_id, issue, organisation)
    where q.left_at is null and coalesce(q.renominated_by, '') = ''`);
  return row?.count ?? 0;
}

/** Of some records: how many were there before an instant, and how many came since. */
export type Origins = {
  readonly last: string | null;
  readonly moved: number;
  readonly own: number;
};

/** Of the first ones behind an id; `last` is null behind the last. */
export async function originsBehind(
  database: Database,
  { after, opened, most }: { readonly after: string; readonly opened: Date; readonly most: number },
): Promise<Origins> {
  const [row] = await database.all<Origins>(sql`
    select max(p.prescription_id) as last, count(*) filter (where e.recorded_at < ${opened})::int as moved,
      count(*) filter (where e.recorded_at >= ${opened})::int as own
    from (select prescription_id from prescriptions.prescription
      where prescription_id > ${after} order by prescription_id limit ${most}) as p
    join prescriptions.event e on e.prescription_id = p.prescription_id and e.number = 1`);
  return row ?? { last: null, moved: 0, own: 0 };
}
