import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';

export type Wanted = {
  readonly key: string;
  readonly perMinute: number;
  /** Minutes since 1970, and the part of this one that is over: 0 to 1. */
  readonly minute: number;
  readonly elapsed: number;
  readonly amount: number;
};

/**
 * Takes so much of what all processes together may do in a minute; false when there is not so much left. The minute
 * before counts in part, so that nobody gets twice the limit at the turn of one. A process whose clock is behind
 * counts in the minute that has begun elsewhere.
 */
export async function takeShare(
  database: Database,
  { key, perMinute, minute, elapsed, amount }: Wanted,
): Promise<boolean> {
  // Read back by the same statement: nothing that others wait for, as a write would be.
  const rows = await database.all(sql`
    insert into identity.rate as r (key, minute, taken, taken_before)
    values (${key}, ${minute}::bigint, ${amount}::int, 0)
    on conflict (key) do update set minute = greatest(r.minute, excluded.minute),
      taken = excluded.taken + case when r.minute >= excluded.minute then r.taken else 0 end,
      taken_before = case when r.minute >= excluded.minute then r.taken_before
        when r.minute = excluded.minute - 1 then r.taken else 0 end
    where excluded.taken + case when r.minute >= excluded.minute then r.taken else 0 end
      + (1 - ${elapsed}::float8) * case when r.minute >= excluded.minute then r.taken_before
        when r.minute = excluded.minute - 1 then r.taken else 0 end <= ${perMinute}::int
    returning key`);
  return rows.length === 1;
}

export async function forgetOld(database: Database, minute: number): Promise<void> {
  await database.all(sql`delete from identity.rate where minute < ${minute - 1}::bigint`);
}
