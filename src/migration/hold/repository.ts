import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import type { PrescriptionId } from '../../prescriptions/index.ts';

export type Held = {
  readonly id: PrescriptionId;
  /** Dirty classes, or `tripwire`. */
  readonly because: readonly string[];
  /** Who prescribed it, who has or had it, and who it is nominated to. */
  readonly organisations: readonly string[];
};

/** Whether a prescription `p` is held now: those that ever were have an index of their own. */
export const IS_HELD: Sql = sql`p.state->>'held' is not null and p.prescription_id in (
  select prescription_id from prescriptions.event where kind = 'MigrationHeld')`;

export async function heldRecords(database: Database): Promise<Held[]> {
  return database.all<Held>(sql`
    select p.prescription_id as id, array(select json_array_elements_text(p.state->'held')) as because,
      array(select distinct organisation from (
        values (p.state->>'prescriber'), (p.state->>'nominated')
        union all select i->'holding'->'holder'->'organisation'->>'ods' from json_array_elements(p.state->'issues') as i
      ) as o(organisation) where organisation is not null order by 1) as organisations
    from prescriptions.prescription p where ${IS_HELD} order by 1`);
}
