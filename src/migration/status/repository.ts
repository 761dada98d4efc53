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
  /** About as many as the export has; 0 where an earlier version has begun. */
  readonly idsExpected: number;
  /** Ids of the last minute of the load, and how long that was. */
  readonly lately: { readonly moved: number; readonly seconds: number };
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
      e.loaded_at is not null as "isLoaded", e.ids_expected as "idsExpected", l.lately,
      u.ids + e.feed_ids as ids, e.feed_ids as "feedIds", u.first_at as "firstUnitAt", u.last_at as "lastUnitAt",
      (select count(*)::int from prescriptions.prescription) as records,
      (select count(*)::int from prescriptions.prescription p where ${IS_HELD}) as held,
      coalesce((select takes_messages from prescriptions.opening), false) as "takesMessages",
      (select count(distinct q.place)::int from migration.quarantine q
        where (q.part > 0 or q.place <> '') and not exists (
        select from prescriptions.prescription p where p.prescription_id = q.place)) as refused
    from migration.export e cross join lateral (
      select coalesce(sum(ids), 0)::int as ids, min(loaded_at) as first_at, max(loaded_at) as last_at
      from migration.unit where export_id = e.export_id) as u
    cross join lateral (
      select json_build_object('moved', coalesce(sum(ids) filter (where loaded_at > began), 0),
        'seconds', coalesce(extract(epoch from u.last_at - min(began)), 0)) as lately
      from (select ids, loaded_at, min(loaded_at) over () as began from migration.unit
        where export_id = e.export_id and loaded_at >= u.last_at - interval '1 minute') as recent) as l`);
  return row ?? null;
}

/** Whether a tool has taken it in hand: as `takeTool` does, by a lock of one number, kept as its upper and its lower half. */
export async function isAtWork(database: Database): Promise<boolean> {
  const [row] = await database.all<{ isAny: boolean }>(sql`
    select exists (select from pg_locks where locktype = 'advisory' and objsubid = 1 and granted
      and database = (select oid from pg_database where datname = current_database())
      and (classid::bigint << 32) + objid::bigint = hashtext('openspine migration')::bigint) as "isAny"`);
  return row?.isAny === true;
}

/** The last catch-up, and how far behind the old store it has left this one. */
export type Following = {
  readonly fromSeq: number;
  readonly seconds: number;
  /** The highest number that was seen in the feed; null: nobody has looked. */
  readonly lastSeq: number | null;
  readonly lagSeconds: number;
  readonly lookedAt: Date | null;
};

/** Null before the first one. */
export async function following(database: Database, exportId: string): Promise<Following | null> {
  const [row] = await database.all<Following>(sql`
    select from_seq::int as "fromSeq", last_seq::int as "lastSeq", looked_at as "lookedAt",
      coalesce(extract(epoch from reached_at - began_at), 0)::float8 as seconds,
      greatest(1, extract(epoch from last_commit_at - applied_commit_at))::float8 as "lagSeconds"
    from migration.catch_up where export_id = ${exportId}`);
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
