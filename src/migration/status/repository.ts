import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { IS_HELD } from '../hold/repository.ts';

/** Rows of one table that came, and those of them that are kept apart. */
export type TableCount = {
  readonly table: string;
  readonly came: number;
  readonly apart: number;
};

/** What a store has of an export. */
export type Moved = {
  readonly exportId: string;
  readonly source: string;
  readonly changeSeq: number;
  /** Of the export, and of its feed. */
  readonly ids: number;
  readonly feedIds: number;
  readonly firstUnitAt: Date | null;
  readonly lastUnitAt: Date | null;
  readonly isLoaded: boolean;
  /** Records that are there: prescriptions, cancellations that wait, ids that are gone. */
  readonly records: number;
  /** Whether messages are taken here, so that records may be of this Spine alone. */
  readonly takesMessages: boolean;
  readonly held: number;
  /** Ids of which no row came into the store. */
  readonly refused: number;
};

/** The export that is moved here; null when none is. */
export async function moved(database: Database): Promise<Moved | null> {
  const [row] = await database.all<Moved>(sql`
    select e.export_id as "exportId", e.source, e.change_seq::int as "changeSeq",
      e.loaded_at is not null as "isLoaded",
      u.ids + e.feed_ids as ids, e.feed_ids as "feedIds", u.first_at as "firstUnitAt", u.last_at as "lastUnitAt",
      (select count(*)::int from prescriptions.prescription) as records,
      (select count(*)::int from prescriptions.prescription p where ${IS_HELD}) as held,
      coalesce((select takes_messages from prescriptions.opening), false) as "takesMessages",
      (select count(distinct q.place)::int from migration.quarantine q
        where (q.part > 0 or q.place <> '') and not exists (
        select from prescriptions.prescription p where p.prescription_id = q.place)) as refused
    from migration.export e cross join lateral (
      select coalesce(sum(ids), 0)::int as ids, min(loaded_at) as first_at, max(loaded_at) as last_at
      from migration.unit where export_id = e.export_id) as u`);
  return row ?? null;
}

/** In is what is in the store and what is kept apart, table by table [MIGRATION 5, M7]. */
export async function tableCounts(database: Database, exportId: string): Promise<TableCount[]> {
  return database.all<TableCount>(sql`
    select key as table, sum((value->>0)::int)::int as came, sum((value->>1)::int)::int as apart
    from migration.unit, json_each(rows) where export_id = ${exportId} group by key
    union all
    select table_name, sum(came)::int, sum(twice)::int + (select count(*)::int from migration.beside b
      where b.export_id = ${exportId} and b.table_name = p.table_name and b.because is not null)
    from migration.beside_part p where export_id = ${exportId} group by table_name order by 1`);
}

/** Dirty classes, and how many ids are of each. */
export async function classes(
  database: Database,
  exportId: string,
): Promise<{ class: string; count: number }[]> {
  return database.all(sql`
    select class, count(*)::int as count from migration.dirty
    where export_id = ${exportId} group by class order by length(class), class`);
}
