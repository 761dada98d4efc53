import { sourceAddress } from '../platform/audit/source.ts';
import type { Actor } from '../gateways/actor.ts';
import type { Uuid } from '../kernel/uuid.ts';
import type { Database } from '../platform/database.ts';
import { list, type Sql, sql } from '../platform/sql.ts';
import type { Json, JsonMap } from './json.ts';
import type { Answer } from './answer.ts';
import { nominationChanges } from './nomination/nomination.ts';
import { changing, imported } from './nomination/repository.ts';
import { toldOf } from './told/patient-change.ts';
import { FILE_READER, patientChange, telling, tellingAll } from './told/repository.ts';
import type { Mode } from './reader.ts';
import type { PatientRecord } from './record.ts';
import { birthDayOf, searchKeys } from './search/keys.ts';

/** A request that reads or writes patients. */
export type Act = {
  readonly requestId: Uuid;
  readonly actor: Actor;
  readonly interaction: string;
  /** In whose name. */
  readonly access: Mode;
  readonly at: Date;
};

type State = Pick<PatientRecord, 'patient' | 'history' | 'hidden' | 'relatedPersons' | 'coverage'>;
export type Row = {
  readonly nhs_number: string;
  readonly version: number;
  readonly superseded_by: string | null;
  readonly state: State;
};

export const COLUMNS = sql`p.nhs_number, p.version, p.superseded_by, p.state`;

export function recordOf({
  nhs_number: nhsNumber,
  version,
  superseded_by,
  state,
}: Row): PatientRecord {
  return { nhsNumber, version, supersededBy: superseded_by, ...state };
}

/** The record with exactly this number, and, of one that was merged away, the one that was retained. */
export async function load(
  database: Database,
  nhsNumber: string,
): Promise<{ own: PatientRecord | null; retained: PatientRecord | null }> {
  const rows = await database.all<Row>(sql`
    with recursive chain as (
      select ${COLUMNS}, 1 as step from demographics.patient p where p.nhs_number = ${nhsNumber}
      union all
      select ${COLUMNS}, c.step + 1 from chain c
      join demographics.patient p on p.nhs_number = c.superseded_by where c.step < ${MERGES_MAX}
    )
    select nhs_number, version, superseded_by, state from chain order by step`);
  const [own] = rows;
  const last = rows.at(-1);
  return {
    own: own === undefined ? null : recordOf(own),
    retained: last === undefined ? null : recordOf(last),
  };
}

const MERGES_MAX = 10; // a record that was merged into a merged one, and so on

/** Those of these numbers that have a record. */
export async function loadAll(
  database: Database,
  nhsNumbers: readonly string[],
): Promise<PatientRecord[]> {
  if (nhsNumbers.length === 0) return [];
  const rows = await database.all<Row>(sql`
    select ${COLUMNS} from demographics.patient p where p.nhs_number = any(${nhsNumbers}::text[])`);
  return rows.map(recordOf);
}

/** Who looked at which patients; one that was not found was not read. */
export async function recordReading(
  database: Database,
  act: Act,
  nhsNumbers: readonly string[],
): Promise<void> {
  if (nhsNumbers.length === 0) return;
  await database.write(
    sql`${audit(act, 'read')} from unnest(${nhsNumbers}::text[]) as r(nhs_number)`,
  );
}

function audit({ at, interaction, requestId, actor }: Act, outcome: string): Sql {
  return sql`insert into platform.audit (at, interaction, request_id, user_id, role_profile,
      organisation, asid, session, source_address, outcome, nhs_number)
    select ${at}::timestamptz, ${interaction}::text, ${requestId}::uuid, ${actor.userId}::text,
      ${actor.roleProfile}::text, ${actor.organisation}::text, ${actor.asid}::text,
      ${actor.session}::text, ${sourceAddress()}::text, ${outcome}::text, r.nhs_number`;
}

/** A write that is being answered: its id, what was asked, and the answer. */
export type Answered = { readonly digest: Buffer; readonly answer: Answer };

/** What this very request was answered before; null when it never was. */
export async function answeredBefore(
  database: Database,
  requestId: Uuid,
  digest: Buffer,
): Promise<Answer | null> {
  const [row] = await database.all<Answer>(sql`
    select status, headers, body from demographics.answered
    where request_id = ${requestId}::uuid and digest = ${digest}`);
  return row ?? null;
}

/** How many records were made for a day of birth; to be read before those that are compared with a new one. */
export async function createdFor(database: Database, day: string): Promise<number> {
  const [row] = await database.all<{ created: number }>(sql`
    select created from demographics.birth_day where birth_on = ${day}::date`);
  return row?.created ?? 0;
}

/** One patient before and after: the event that makes the difference. */
export type Change = {
  readonly after: PatientRecord;
  /** What was asked, as the event keeps it. */
  readonly data: Json;
  /** Of the patient's consent to a nomination. */
  readonly consentNote?: string | null;
} & (
  | { readonly kind: 'Updated' | 'CoverageWritten'; readonly before: PatientRecord }
  /** `created`: how many of that day of birth there were when nobody of them was the new one. */
  | { readonly kind: 'Created' | 'BirthRecorded'; readonly created: number }
);

/**
 * Keeps a change with its event, its search keys, its audit line and its answer, all or none; false when somebody
 * else has changed the record since it was read, has made one for the same day of birth, or has taken the number.
 */
export async function keep(
  database: Database,
  act: Act,
  change: Change,
  { digest, answer }: Answered,
): Promise<boolean> {
  const { after, consentNote = null } = change;
  const before = 'created' in change ? null : change.before;
  const old = before === null ? [] : searchKeys(before);
  const oldDay = before === null ? null : birthDayOf(before);
  const keys = searchKeys(after);
  const day = birthDayOf(after);
  const nominating = changing(
    nominationChanges(before?.patient ?? null, after.patient),
    { ...act, consentNote },
    after.version,
  );
  const rows = await database.write(sql`
    with ${'created' in change ? inserted(after, day, change.created) : updated(change.before, after, day)},
    event as (insert into demographics.event (nhs_number, version, kind, at, request_id, data)
      select nhs_number, ${after.version}::int, ${change.kind}::text, ${act.at}::timestamptz,
        ${act.requestId}::uuid, ${JSON.stringify(change.data)}::json from head),
    gone as (delete from demographics.search_key k using head, unnest(${old}::text[]) as w(key)
      where k.born_year = extract(year from ${oldDay}::date) and k.key = w.key
        and k.birth_on = ${oldDay}::date and k.nhs_number = head.nhs_number
        and not (w.key = any(${keys}::text[]) and ${oldDay}::date is not distinct from ${day}::date)),
    come as (insert into demographics.search_key (key, birth_on, nhs_number)
      select w.key, ${day}::date, head.nhs_number from head, unnest(${keys}::text[]) as w(key)
      on conflict do nothing),
    answered as (insert into demographics.answered (request_id, digest, at, status, headers, body)
      select ${act.requestId}::uuid, ${digest}, ${act.at}::timestamptz, ${answer.status}::smallint,
        ${JSON.stringify(answer.headers)}::json, ${JSON.stringify(answer.body)}::json from head),
    ${list([
      sql`audit as (${audit(act, change.kind)} from head as r)`,
      ...nominating,
      ...telling(toldOf(before, after), act),
    ])}
    select nhs_number from head`);
  return rows.length > 0;
}

function inserted(after: PatientRecord, day: string | null, created: number): Sql {
  return sql`day as (insert into demographics.birth_day as d (birth_on, created) values (${day}::date, 1)
      on conflict (birth_on) do update set created = d.created + 1 where d.created = ${created}::int
      returning birth_on),
    head as (insert into demographics.patient (nhs_number, version, birth_on, state)
      select ${after.nhsNumber}::text, ${after.version}::int, birth_on,
        ${JSON.stringify(stateOf(after))}::json from day
      on conflict do nothing returning nhs_number)`;
}

function updated(before: PatientRecord, after: PatientRecord, day: string | null): Sql {
  return sql`head as (update demographics.patient set version = ${after.version}, birth_on = ${day}::date,
      superseded_by = ${after.supersededBy}, state = ${JSON.stringify(stateOf(after))}::json
    where nhs_number = ${before.nhsNumber} and version = ${before.version} returning nhs_number)`;
}

export function stateOf({
  patient,
  history,
  hidden,
  relatedPersons,
  coverage,
}: PatientRecord): JsonMap {
  return {
    patient,
    history,
    hidden,
    relatedPersons: [...relatedPersons],
    coverage: coverage === null ? null : { ...coverage },
  };
}

/** Adds records as they are; those whose number is known stay. Answers how many are new. */
export async function keepImported(
  database: Database,
  records: readonly PatientRecord[],
  requestId: Uuid,
  at: Date,
): Promise<number> {
  const act = { requestId, at, actor: FILE_READER };
  const rows = records.map((record) => ({
    number: record.nhsNumber,
    version: record.version,
    merged: record.supersededBy,
    born: birthDayOf(record),
    state: stateOf(record),
    keys: searchKeys(record),
    nominations: nominationChanges(null, record.patient),
    told: patientChange(toldOf(null, record), act),
  }));
  const added = await database.write(sql`
    with given as (select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(number text, version int, merged text, born date, state json, keys jsonb, nominations jsonb, told json)),
    head as (insert into demographics.patient (nhs_number, version, superseded_by, birth_on, state)
      select number, version, merged, born, state from given
      on conflict do nothing returning nhs_number, version),
    event as (insert into demographics.event (nhs_number, version, kind, at, request_id, data)
      select h.nhs_number, h.version, 'Imported', ${at}::timestamptz, ${requestId}::uuid, g.state
      from head h join given g on g.number = h.nhs_number),
    keys as (insert into demographics.search_key (key, birth_on, nhs_number)
      select k.key, g.born, h.nhs_number from head h join given g on g.number = h.nhs_number,
        lateral jsonb_array_elements_text(g.keys) as k(key) where g.born is not null),
    ${imported({ ...act, access: 'import', consentNote: null })},
    ${tellingAll()}
    select nhs_number from head`);
  return added.length;
}

/** Nine digits that were given to nobody. */
export async function nextNineDigits(database: Database): Promise<string> {
  const [row] = await database.write<{ digits: string }>(sql`
    select nextval('demographics.nhs_number')::text as digits`);
  return row?.digits ?? '';
}
