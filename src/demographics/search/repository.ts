import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import type { PatientRecord } from '../record.ts';
import { COLUMNS, recordOf, type Row } from '../repository.ts';

/** Days of birth, both included. */
export type Days = { readonly from: string; readonly to: string };

/** Who was born on a day. */
export async function bornOn(database: Database, day: string): Promise<PatientRecord[]> {
  const rows = await database.all<Row>(sql`
    select ${COLUMNS} from demographics.patient p where p.birth_on = ${day}::date
    order by p.nhs_number`);
  return rows.map(recordOf);
}

const KEYS_OF_ONE = 4; // names of one person that begin alike, on average of many: fewer than that
const KEYS_MAX = 10_000; // looked at for several lists, of which all must be seen

/**
 * NHS numbers of who was born within these days and has, of each of these lists, a key that begins with one of it; null
 * when they are more than `most`, or more than that have a key of one list only. Each year of birth is looked at by
 * itself, as the index has them.
 */
export async function bornWithin(
  database: Database,
  { from, to }: Days,
  lists: readonly (readonly string[])[],
  most: number,
): Promise<string[] | null> {
  const asked = lists.flatMap((prefixes, part) => prefixes.map((prefix) => ({ prefix, part })));
  const keysMax = lists.length === 1 ? most * KEYS_OF_ONE : KEYS_MAX;
  const [row] = await database.all<{ numbers: string[]; isTooMany: boolean }>(sql`
    with seen as materialized (
      select k.nhs_number, w.part
      from generate_series(
          greatest(extract(year from ${from}::date)::int, (select min(born_year) from demographics.search_key)),
          least(extract(year from ${to}::date)::int, (select max(born_year) from demographics.search_key))) as y(year),
        unnest(${asked.map(({ prefix }) => prefix)}::text[], ${asked.map(({ part }) => 2 ** part)}::int[]) as w(prefix, part),
        lateral (select nhs_number from demographics.search_key k where k.born_year = y.year
          and k.key >= w.prefix collate "C" and k.key < (w.prefix || chr(1114111)) collate "C"
          and k.birth_on between ${from}::date and ${to}::date
          limit ${keysMax}::bigint) k -- without a limit here the planner would look through all years at once
      limit ${keysMax}::bigint),
    looked as materialized (select count(*) = ${keysMax}::bigint as "isTooMany" from seen)
    select looked."isTooMany", array(
      select nhs_number from seen where not looked."isTooMany" group by nhs_number
      having bit_or(part) = ${2 ** lists.length - 1}::int limit ${most + 1}::bigint) as numbers
    from looked`);
  if (row === undefined) return [];
  return row.isTooMany || row.numbers.length > most ? null : row.numbers;
}
