import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';

export type Wanted = {
  readonly key: string;
  /** So many in one period, which lasts so long. */
  readonly most: number;
  readonly periodMs: number;
  /** Periods since 1970, and the part of this one that is over: 0 to 1. */
  readonly period: number;
  readonly elapsed: number;
  readonly amount: number;
};

/**
 * Takes so much of what all processes together may do in a period; false when there is not so much left. The period
 * before counts in part, so that nobody gets twice the limit at the turn of one. A process whose clock is behind
 * counts in the period that has begun elsewhere.
 */
export async function takeShare(
  database: Database,
  { key, most, periodMs, period, elapsed, amount }: Wanted,
): Promise<boolean> {
  // Read back by the same statement: nothing that others wait for, as a write would be.
  const rows = await database.all(sql`
    insert into identity.rate as r (key, period_ms, period, taken, taken_before)
    values (${key}, ${periodMs}::int, ${period}::bigint, ${amount}::int, 0)
    on conflict (key, period_ms) do update set period = greatest(r.period, excluded.period),
      taken = excluded.taken + case when r.period >= excluded.period then r.taken else 0 end,
      taken_before = case when r.period >= excluded.period then r.taken_before
        when r.period = excluded.period - 1 then r.taken else 0 end
    where excluded.taken + case when r.period >= excluded.period then r.taken else 0 end
      + (1 - ${elapsed}::float8) * case when r.period >= excluded.period then r.taken_before
        when r.period = excluded.period - 1 then r.taken else 0 end <= ${most}::int
    returning key`);
  return rows.length === 1;
}

export async function forgetOld(database: Database, nowMs: number): Promise<void> {
  await database.all(sql`
    delete from identity.rate where period < ${nowMs}::bigint / period_ms - 1`);
}
