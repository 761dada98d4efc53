import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
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

/**
 * Who was born within these days and has, of each of these lists, a key that begins with one of it; null when they are
 * more than `most`. Each year of birth is looked at by itself, as the index has them.
 */
export async function bornWithin(
  database: Database,
  days: Days,
  lists: readonly (readonly string[])[],
  most: number,
): Promise<PatientRecord[] | null> {
  // Records are only read when they are not too many.
  const rows = await database.all<Row & { readonly found: number }>(sql`
    with found as materialized (select array(${numbersOf(days, lists, most + 1)}) as numbers)
    select cardinality(f.numbers) as found, ${COLUMNS} from found f
    left join demographics.patient p on cardinality(f.numbers) <= ${most}::int and p.nhs_number = any(f.numbers)
    order by p.nhs_number`);
  const [{ found } = { found: 0 }] = rows;
  if (found > most) return null;
  return found === 0 ? [] : rows.map(recordOf);
}

function numbersOf({ from, to }: Days, lists: readonly (readonly string[])[], most: number): Sql {
  const asked = lists.flatMap((prefixes, part) => prefixes.map((prefix) => ({ prefix, part })));
  const rowsMax = lists.length === 1 ? most * KEYS_OF_ONE : null; // of several lists all must be seen
  return sql`
    select nhs_number from (
      select k.nhs_number, w.part
      from generate_series(
          greatest(extract(year from ${from}::date)::int, (select min(born_year) from demographics.search_key)),
          least(extract(year from ${to}::date)::int, (select max(born_year) from demographics.search_key))) as y(year),
        unnest(${asked.map(({ prefix }) => prefix)}::text[], ${asked.map(({ part }) => part)}::int[]) as w(prefix, part),
        lateral (select nhs_number from demographics.search_key k where k.born_year = y.year
          and k.key >= w.prefix collate "C" and k.key < (w.prefix || chr(1114111)) collate "C"
          and k.birth_on between ${from}::date and ${to}::date
          limit ${rowsMax}::bigint) k -- without a limit here the planner would look through all years at once
      limit ${rowsMax}::bigint) found
    group by nhs_number having count(distinct part) = ${lists.length}::int
    limit ${most}`;
}
