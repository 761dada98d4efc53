import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';

/** A record as it is read, and its dirty classes. */
export type StateAndClasses = { readonly state: unknown; readonly classes: readonly string[] };

/** Null where nobody has this id. */
export async function stateOf(database: Database, id: string): Promise<StateAndClasses | null> {
  const [row] = await database.all<StateAndClasses>(sql`
    select state, array(select class from migration.dirty d
      where d.place = p.prescription_id and d.class = any(${CLASSES}::text[])) as classes
    from prescriptions.prescription p where prescription_id = ${id}`);
  return row ?? null;
}

const CLASSES = Array.from({ length: 30 }, (_, n) => `D${n + 1}`);

/** What waits for an organisation, and of which dirty classes any of the ids is. */
export async function waitingFor(
  database: Database,
  organisation: string,
): Promise<readonly string[]> {
  const rows = await database.all<{ id: string }>(sql`
    select prescription_id as id from prescriptions.download_queue
    where organisation = ${organisation} and left_at is null order by 1`);
  return rows.map(({ id }) => id);
}

/** Dirty classes of which every record is held by the plan. */
export async function holds(database: Database): Promise<readonly string[]> {
  const rows = await database.all<{ name: string }>(
    sql`select unnest(holds) as name from migration.export`,
  );
  return rows.map(({ name }) => name);
}

/** The dirty class for which all rows of an id are kept apart; null: none is. */
export async function apartBecause(database: Database, place: string): Promise<string | null> {
  const [row] = await database.all<{ class: string }>(sql`
    select class from migration.quarantine
    where place = ${place} and table_name = 'PRESCRIPTION' limit 1`);
  return row?.class ?? null;
}

/** Dirty classes of ids. */
export async function classesOf(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await database.all<{ place: string; class: string }>(sql`
    select place, class from migration.dirty
    where class = any(${CLASSES}::text[]) and place = any(${ids}::text[])`);
  const grouped = Map.groupBy(rows, ({ place }) => place);
  return new Map([...grouped].map(([place, some]) => [place, some.map((row) => row.class)]));
}
