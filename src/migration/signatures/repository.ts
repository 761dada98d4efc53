import type { BulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { Trouble } from '../../platform/trouble.ts';
import { takeTool } from '../tool-lock.ts';

/** How far the judging of a store's signatures is. */
export type Judged = {
  /** Orders that were judged. */
  readonly judged: number;
  /** When all were; null: some are left. */
  readonly at: Date | null;
  /** By whose word; null: nobody has begun. */
  readonly authorities: string | null;
  /** How many are not good, by what is wrong with them. */
  readonly bad: Readonly<Record<string, number>>;
};

type Begun = {
  readonly holds: readonly string[];
  /** Up to which id; empty: none. */
  readonly to: string;
  readonly judged: number;
  readonly isEnded: boolean;
  /** Records that are there. */
  readonly of: number;
};

/**
 * By whose word signatures count from now on: with other authorities than before all are judged once more. Throws
 * `Trouble` where the export is not loaded, the switch has begun, or another tool works on the store.
 */
export async function begin(bulk: BulkLoad, exportId: string, authorities: string): Promise<Begun> {
  await takeTool(bulk);
  const [row] = await bulk.all<{ isLoaded: boolean; state: string | null }>(sql`
    select loaded_at is not null as "isLoaded",
      (select state from migration.cut_over c where c.export_id = e.export_id) as state
    from migration.export e where export_id = ${exportId}`);
  if (row?.isLoaded !== true) {
    throw new Trouble(`export ${exportId} is not loaded`, 'load it first: spine migrate load');
  }
  if (row.state !== null && row.state !== 'FOLLOWING') {
    throw new Trouble(
      `the migration stands at ${row.state}: signatures are judged before the switch`,
      'undo the attempt first: spine migrate fall-back',
    );
  }
  await bulk.all(sql`
    update migration.export set authorities = ${authorities}, judged_to = null, judged = 0, judged_at = null
    where export_id = ${exportId} and authorities is distinct from ${authorities}`);
  const [begun] = await bulk.all<Begun>(sql`
    select holds, coalesce(judged_to, '') as to, judged, judged_at is not null as "isEnded",
      (select count(*)::int from prescriptions.prescription where state->>'kind' = 'prescription') as of
    from migration.export where export_id = ${exportId}`);
  if (begun === undefined) throw new Trouble('the store does not answer', 'try it again');
  return begun;
}

/** An order as it is kept; null where the old store had none. */
export type KeptOrder = { readonly id: string; readonly body: Buffer | null };

/** Those of the first records behind an id. */
export function ordersBehind(bulk: BulkLoad, after: string, most: number): Promise<KeptOrder[]> {
  return bulk.all<KeptOrder>(sql`
    select p.prescription_id as id, m.body
    from (select prescription_id, (state->>'orderId')::uuid as order_id from prescriptions.prescription
      where prescription_id > ${after} and state->>'kind' = 'prescription'
      order by prescription_id limit ${most}) as p
    left join prescriptions.message m on m.message_id = p.order_id
    order by 1`);
}

/** Of these ids, those whose order is known not to be signed as it should be, and why. */
export async function badOf(
  bulk: BulkLoad,
  places: readonly string[],
): Promise<Map<string, string>> {
  const rows = await bulk.all<{ place: string; because: string }>(sql`
    select place, because from migration.bad_signature where place = any(${places}::text[])`);
  return new Map(rows.map(({ place, because }) => [place, because]));
}

export async function keepBad(bulk: BulkLoad, bad: ReadonlyMap<string, string>): Promise<void> {
  if (bad.size === 0) return;
  await bulk.all(sql`
    insert into migration.bad_signature (place, because)
    select * from unnest(${[...bad.keys()]}::text[], ${[...bad.values()]}::text[])
    on conflict (place) do update set because = excluded.because`);
}

export async function reach(
  bulk: BulkLoad,
  exportId: string,
  { to, judged }: { readonly to: string; readonly judged: number },
): Promise<void> {
  await bulk.all(sql`
    update migration.export set judged_to = ${to}, judged = judged + ${judged}
    where export_id = ${exportId}`);
}

export async function end(bulk: BulkLoad, exportId: string): Promise<void> {
  await bulk.all(sql`
    update migration.export set judged_at = clock_timestamp() where export_id = ${exportId}`);
}

export async function judgedIn(database: Pick<Database, 'all'>, exportId: string): Promise<Judged> {
  const [row] = await database.all<Judged>(sql`
    select judged, judged_at as at, authorities, (select coalesce(json_object_agg(because, count order by because), '{}')
      from (select because, count(*)::int as count from migration.bad_signature group by because) as b) as bad
    from migration.export where export_id = ${exportId}`);
  return row ?? { judged: 0, at: null, authorities: null, bad: {} };
}
