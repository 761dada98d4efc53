import type { Database } from '../platform/database.ts';
import { type Sql, sql } from '../platform/sql.ts';
import type { Organisation } from './organisation.ts';

/** An `insert` that adds organisations, or replaces those that are known; a part of a statement. */
export function keepOrganisations(organisations: readonly Organisation[], at: Date): Sql {
  return sql`insert into directory.organisation
      (ods, name, address_lines, city, postcode, telephone, opened_on, closed_on, changed_at)
    select ods, name, array(select jsonb_array_elements_text("addressLines")), city, postcode, telephone,
      "openedOn", "closedOn", ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(organisations)}::jsonb) as o(ods text, name text,
      "addressLines" jsonb, city text, postcode text, telephone text, "openedOn" date, "closedOn" date)
    on conflict (ods) do update set name = excluded.name, address_lines = excluded.address_lines,
      city = excluded.city, postcode = excluded.postcode, telephone = excluded.telephone,
      opened_on = excluded.opened_on, closed_on = excluded.closed_on, changed_at = excluded.changed_at`;
}

/** Those of these codes that are known. */
export async function findOrganisations(
  database: Database,
  codes: readonly string[],
): Promise<Organisation[]> {
  return database.all<Organisation>(sql`
    select ods, name, address_lines as "addressLines", city, postcode, telephone,
      opened_on as "openedOn", closed_on as "closedOn"
    from directory.organisation where ods = any(${codes}::text[]) order by ods`);
}
