import type { Database } from '../platform/database.ts';
import { type Sql, sql } from '../platform/sql.ts';
import type { Organisation } from './organisation.ts';

/** An `insert` that adds organisations, or replaces those that are known, if `onlyIf` is true; a part of a statement. */
export function keepOrganisations(
  organisations: readonly Organisation[],
  at: Date,
  onlyIf: Sql = sql`true`,
): Sql {
  return sql`insert into directory.organisation
      (ods, name, address_lines, city, postcode, telephone, opened_on, closed_on, changed_at)
    select ods, name, array(select jsonb_array_elements_text("addressLines")), city, postcode, telephone,
      "openedOn", "closedOn", ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(organisations)}::jsonb) as o(ods text, name text,
      "addressLines" jsonb, city text, postcode text, telephone text, "openedOn" date, "closedOn" date)
    where ${onlyIf}
    on conflict (ods) do update set name = excluded.name, address_lines = excluded.address_lines,
      city = excluded.city, postcode = excluded.postcode, telephone = excluded.telephone,
      opened_on = excluded.opened_on, closed_on = excluded.closed_on, changed_at = excluded.changed_at`;
}

/** An `insert` that adds one unless its code is known; a part of a statement, which returns the code. */
export function addingOrganisation(organisation: Organisation, at: Date): Sql {
  const { ods, name, addressLines, city, postcode, telephone, openedOn, closedOn } = organisation;
  return sql`insert into directory.organisation
      (ods, name, address_lines, city, postcode, telephone, opened_on, closed_on, changed_at)
    values (${ods}, ${name}, ${addressLines}::text[], ${city}, ${postcode}, ${telephone},
      ${openedOn}::date, ${closedOn}::date, ${at}::timestamptz)
    on conflict do nothing returning ods`;
}

export type OpeningDays = Pick<Organisation, 'openedOn' | 'closedOn'>;

/** An `update` of the days between which one is open; a part of a statement, which returns the code. */
export function settingOpeningDays(
  ods: string,
  { openedOn, closedOn }: OpeningDays,
  at: Date,
): Sql {
  return sql`update directory.organisation
    set opened_on = ${openedOn}::date, closed_on = ${closedOn}::date, changed_at = ${at}::timestamptz
    where ods = ${ods} returning ods`;
}

const ORGANISATION = sql`ods, name, address_lines as "addressLines", city, postcode, telephone,
  opened_on as "openedOn", closed_on as "closedOn"`;

/** Those of these codes that are known. */
export async function findOrganisations(
  database: Database,
  codes: readonly string[],
): Promise<Organisation[]> {
  return database.all<Organisation>(sql`
    select ${ORGANISATION} from directory.organisation where ods = any(${codes}::text[]) order by ods`);
}

const ORGANISATION_LIST_MAX = 200;

/** By code, from the one after `after`; `word` is a part of the name, or the code. */
export function listOrganisations(
  database: Database,
  { word, after }: { readonly word: string; readonly after: string },
): Promise<Organisation[]> {
  return database.all<Organisation>(sql`
    select ${ORGANISATION} from directory.organisation
    where ods > ${after} and (strpos(lower(name), lower(${word})) > 0 or ods = upper(${word}))
    order by ods limit ${ORGANISATION_LIST_MAX}`);
}

/** What points at an organisation, and how often: `nominations (P1)`, 12. */
export type Reference = { readonly ods: string; readonly what: string; readonly count: number };

/** Finds what of a higher capability points at organisations of these codes; main.ts passes it in [SDS 4]. */
export type ReferencesTo = (
  database: Database,
  codes: readonly string[],
) => Promise<readonly Reference[]>;
