import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';

/** An id that is looked at by people, and its dirty classes; `clean`: it has none. */
export type Drawn = { readonly place: string; readonly classes: readonly string[] };

/** As many of each class as there are to be, the same ones again for the same seed [MIGRATION 6, L7]. */
export function draw(
  database: Database,
  exportId: string,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<Drawn[]> {
  return database.all<Drawn>(sql`
    with classed as (
      select place, class from migration.dirty where export_id = ${exportId}
      union all
      select prescription_id, 'clean' from prescriptions.prescription p
      where not exists (select from migration.dirty d
        where d.export_id = ${exportId} and d.place = p.prescription_id)),
    ranked as (select place, class,
      row_number() over (partition by class order by md5(${String(seed)}::text || place)) as rank from classed)
    select place, array_agg(class order by class) as classes from ranked
    group by place order by min(rank), place limit ${count}`);
}
