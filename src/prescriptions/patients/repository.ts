import type { PatientChange, Standing } from '../../demographics/index.ts';
import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';

/** A change of a patient that waits to be followed; its time as text, for a Date has no microseconds. */
export type Told = {
  readonly bucket: number;
  readonly id: number;
  readonly dueAt: string;
  /** How often it was taken, with this time. */
  readonly attempts: number;
  readonly change: PatientChange;
};

/** The first of each patient: what happened to one is followed in its order, and keeps no other waiting. */
const FIRST = sql`select bucket, due_at, id from platform.outbox o
  where topic = 'patient-changed' and due_at <= now() and not exists (
    select from platform.outbox e where e.topic = 'patient-changed' and e.key = o.key and e.id < o.id)
  order by due_at`;

export async function isAnyTold(database: Database): Promise<boolean> {
  return (await database.all(sql`${FIRST} limit 1`)).length > 0;
}

/** Takes some in hand; those that are not ended come again after this time. */
export function takeTold(database: Database, most: number, againMs: number): Promise<Told[]> {
  return database.write<Told>(sql`
    update platform.outbox o
    set attempts = o.attempts + 1, due_at = now() + make_interval(secs => ${againMs / 1000})
    from (${FIRST} limit ${most}) as f
    where o.bucket = f.bucket and o.due_at = f.due_at and o.id = f.id
    returning o.bucket, o.id, o.due_at::text as "dueAt", o.attempts, o.body as change`);
}

export async function endTold(database: Database, { bucket, id, dueAt }: Told): Promise<void> {
  await database.write(sql`
    delete from platform.outbox
    where bucket = ${bucket}::smallint and due_at = ${dueAt}::timestamptz and id = ${id}::bigint`);
}

/**
 * Follows at once what was told of patients without a prescription and without a second number, which after an import
 * are all but a few: keeps how each is now, and ends what need not come again. Answers those that are left.
 */
export async function followUnprescribed(
  database: Database,
  all: readonly Told[],
): Promise<readonly Told[]> {
  const given = all.map(({ bucket, id, dueAt, change: { nhsNumber, standing } }) => ({
    bucket,
    id,
    due_at: dueAt,
    nhs_number: nhsNumber,
    is_deceased: standing?.isDeceased ?? null,
    is_merged: standing?.supersededBy != null,
  }));
  const rows = await database.write<{ id: number }>(sql`
    with given as (select * from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as g(
        bucket smallint, id bigint, due_at timestamptz, nhs_number text, is_deceased boolean, is_merged boolean)),
    plain as (select * from given g where not is_merged
      and not exists (select from prescriptions.patient_prescription p where p.nhs_number = g.nhs_number)
      and not exists (select from prescriptions.patient m where m.retained = g.nhs_number
        or (m.nhs_number = g.nhs_number and m.retained is not null))),
    news as (insert into prescriptions.patient as o (nhs_number, is_deceased)
      select nhs_number, is_deceased from plain where is_deceased is not null
      on conflict (nhs_number) do update set is_deceased = excluded.is_deceased
        where o.is_deceased <> excluded.is_deceased
      returning nhs_number, is_deceased),
    ended as (delete from platform.outbox o using plain p
      where o.bucket = p.bucket and o.due_at = p.due_at and o.id = p.id
        and not exists (select from news n where n.nhs_number = p.nhs_number and n.is_deceased))
    select id from plain`);
  const followed = new Set(rows.map(({ id }) => id));
  return all.filter(({ id }) => !followed.has(id));
}

/**
 * Keeps how a patient is now, of all numbers of theirs: a record that was merged follows the one that was retained.
 * Answers whether that is news.
 */
export async function keepStanding(
  database: Database,
  nhsNumber: string,
  { isDeceased, supersededBy }: Standing,
): Promise<boolean> {
  const rows = await database.write(sql`
    with person as (
      select nullif(coalesce(p.retained, ${supersededBy}::text), ${nhsNumber}::text) as nhs_number,
        coalesce(p.is_deceased, false) as is_deceased
      from (select 1) as one left join prescriptions.patient p on p.nhs_number = ${supersededBy}::text),
    own as (insert into prescriptions.patient as o (nhs_number, retained, is_deceased)
      select ${nhsNumber}::text, nhs_number, ${isDeceased}::boolean or is_deceased from person
      on conflict (nhs_number) do update set retained = excluded.retained, is_deceased = excluded.is_deceased
        where (o.retained, o.is_deceased) is distinct from (excluded.retained, excluded.is_deceased)
      returning nhs_number, retained, is_deceased),
    merged as (update prescriptions.patient m
      set retained = coalesce(own.retained, own.nhs_number), is_deceased = own.is_deceased
      from own where m.retained = own.nhs_number and m.nhs_number <> own.nhs_number)
    select nhs_number from own`);
  return rows.length > 0;
}

export async function isDeceased(database: Database, nhsNumber: string): Promise<boolean> {
  const rows = await database.all(sql`
    select from prescriptions.patient p where ${deceased(sql`${nhsNumber}::text`)}`);
  return rows.length > 0;
}

/** Of a row `p` that is the patient's. */
export function deceased(nhsNumber: Sql): Sql {
  return sql`p.nhs_number = ${nhsNumber} and p.is_deceased`;
}

/** All NHS numbers of whom this is one: of the record that was retained, and of those that were merged into it. */
export async function numbersOf(database: Database, nhsNumber: string): Promise<string[]> {
  const rows = await database.all<{ nhs_number: string }>(sql`
    with person as (select coalesce((select retained from prescriptions.patient where nhs_number = ${nhsNumber}),
      ${nhsNumber}) as nhs_number)
    select nhs_number from person
    union all
    select p.nhs_number from prescriptions.patient p join person on p.retained = person.nhs_number`);
  return rows.map((row) => row.nhs_number);
}
