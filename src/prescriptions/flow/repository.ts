import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';

/** How many prescriptions have been in the queues of nominated pharmacies for how long. */
export type Waiting = {
  /** In the order of `AGES`. */
  readonly byAge: readonly number[];
  /** When the first of them came into its queue, in business time; null: none waits. */
  readonly oldestAt: string | null;
};

const HOUR_MS = 3_600_000;

/** Of each group of ages its upper limit; the last one has none. */
export const AGES = [
  { text: 'up to 1 hour', upToMs: HOUR_MS },
  { text: 'up to 4 hours', upToMs: 4 * HOUR_MS },
  { text: 'up to 1 day', upToMs: 24 * HOUR_MS },
  { text: 'up to 3 days', upToMs: 72 * HOUR_MS },
  { text: 'up to 7 days', upToMs: 168 * HOUR_MS },
  { text: 'longer', upToMs: Infinity },
] as const;

/** ODS codes of organisations that are left out; what they send is, too. */
export type Without = readonly string[];

/** Of what may be downloaded on this day: what is for a later one is nobody's to take yet. */
export async function waitingByAge(
  database: Database,
  { at, day, without }: { readonly at: Date; readonly day: string; readonly without: Without },
): Promise<Waiting> {
  const limits = AGES.slice(0, -1).map(({ upToMs }) => new Date(at.getTime() - upToMs));
  const rows = await database.all<{ age: number; n: number; oldest: Date }>(sql`
    select (select count(*) from unnest(${limits}::timestamptz[]) as l(at) where entered_at < l.at)::int as age,
      count(*)::int as n, min(entered_at) as oldest
    from prescriptions.download_queue
    where left_at is null and available_on <= ${day}::date and expires_on >= ${day}::date
      and organisation <> all(${without}::text[])
    group by 1`);
  const oldest = rows.map((row) => row.oldest.getTime());
  return {
    byAge: AGES.map((_, place) => rows.find(({ age }) => age === place)?.n ?? 0),
    oldestAt: oldest.length === 0 ? null : new Date(Math.min(...oldest)).toISOString(),
  };
}

/** Prescriptions by the code of the status of their current issue [EPS-LIFECYCLE 1.1]. */
export function countsByStatus(
  database: Database,
  without: Without,
): Promise<{ status: string; count: number }[]> {
  return database.all<{ status: string; count: number }>(sql`
    select status, count(*)::int as count from prescriptions.prescription
    where status <> 'gone' ${without.length === 0 ? sql`` : sentByOthers(without)} group by status order by status`);
}

/** An id has the code of who sent it in the middle [EPS-LIFECYCLE 1]. */
function sentByOthers(without: Without): Sql {
  return sql`and split_part(prescription_id, '-', 2) <> all(${without}::text[])`;
}

/** A prescription that has not gone on for long. */
export type Stuck = {
  readonly prescriptionId: string;
  /** ODS code of the pharmacy in whose queue it is, or that has it. */
  readonly organisation: string;
  readonly since: Date;
};

const STUCK_MAX = 500;
const LOOKED_AT_MAX = 20_000;

/** What has been in the queue of a nominated pharmacy since before an instant; the oldest first. */
export function waitingSince(
  database: Database,
  {
    before,
    day,
    without,
  }: { readonly before: Date; readonly day: string; readonly without: Without },
): Promise<Stuck[]> {
  return database.all<Stuck>(sql`
    select prescription_id as "prescriptionId", organisation, entered_at as since
    from prescriptions.download_queue
    where left_at is null and entered_at < ${before} and available_on <= ${day}::date and expires_on >= ${day}::date
      and organisation <> all(${without}::text[])
    order by entered_at limit ${STUCK_MAX}`);
}

/** What a pharmacy has had since before an instant without saying anything; looked for among what ends first. */
export function heldSince(database: Database, before: Date, without: Without): Promise<Stuck[]> {
  return database.all<Stuck>(sql`
    select p.prescription_id as "prescriptionId", e.organisation, e.at as since
    from (
      select prescription_id from prescriptions.prescription
      where due_on is not null and status = '0002' order by due_on, prescription_id limit ${LOOKED_AT_MAX}
    ) p
    cross join lateral (
      select at, data -> 'holder' -> 'organisation' ->> 'ods' as organisation from prescriptions.event e
      where e.prescription_id = p.prescription_id and kind = 'Released' order by number desc limit 1
    ) e
    where e.at < ${before} and e.organisation <> all(${without}::text[]) order by e.at limit ${STUCK_MAX}`);
}
