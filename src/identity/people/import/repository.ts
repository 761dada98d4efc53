import { sourceAddress } from '../../../platform/audit/source.ts';
import { findOrganisations, keepOrganisations } from '../../../directory/index.ts';
import { addDays, type LondonDate, londonDate, startOf } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { type Database, violatedConstraint } from '../../../platform/database.ts';
import { type Sql, sql } from '../../../platform/sql.ts';
import { revocationOf } from '../../record.ts';
import { endingSessions } from '../../sessions/index.ts';
import type { NewPerson, PeopleFile } from '../people-file.ts';
import type { ImportRefusal } from './refusal.ts';

/**
 * All of a file or nothing. Who and what is known by its id is replaced; role profiles that the file does not
 * name stay as they are. `by`: who did it; null: an operator.
 */
export async function importPeople(
  database: Database,
  file: PeopleFile,
  at: Date,
  by: string | null = null,
): Promise<Result<null, ImportRefusal>> {
  const refusal = await importFault(database, file);
  if (refusal !== null) return fail(refusal);
  try {
    await database.write(sql`with ${importing(file, { userId: by, at })} select`);
    return ok(null);
  } catch (error) {
    return fail(importFaultOf(error));
  }
}

/** Why a file cannot be taken, as far as that is known before it is tried. */
export async function importFault(
  database: Database,
  file: PeopleFile,
): Promise<ImportRefusal | null> {
  const codes = await unknownCodes(database, file);
  if (codes.length > 0) return { kind: 'OrganisationUnknown', codes };
  const userIds = await mergedAway(database, file);
  return userIds.length > 0 ? { kind: 'MergedAway', userIds } : null;
}

/** What the database says against it; throws what is no such thing. */
export function importFaultOf(error: unknown): ImportRefusal {
  const constraint = violatedConstraint(error);
  if (constraint === 'membership_pkey') return { kind: 'IdOfAnother', what: 'membership' };
  if (constraint !== 'role_profile_pkey') throw error;
  return { kind: 'IdOfAnother', what: 'role profile' };
}

/** Parts of a statement that takes a file: `with PARTS select`. `userId`: who does it; null: an operator. */
export function importing(
  file: PeopleFile,
  { userId, at }: { readonly userId: string | null; readonly at: Date },
  onlyIf: Sql = sql`true`,
): Sql {
  const outcome = userId === null ? 'imported' : `imported by ${userId}`;
  const { organisations } = file;
  const people = rowsOf(file.people, onlyIf);
  return sql`inactive as (${madeInactive(file.people, onlyIf)}),
    ${endingSessions({ users: sql`select user_id from inactive` }, 'user-inactive', at)},
    narrowed as (${revocationOf('role', narrowedRoles(people, londonDate(at)), at, sql`v.from_at`)}),
    organisations as (${keepOrganisations(organisations, at, onlyIf)}),
    people as (${keepPeople(people, at)} returning user_id),
    memberships as (${keepMemberships(people)}),
    profiles as (${keepRoleProfiles(people)}),
    import_audit as (
      insert into platform.audit (at, interaction, request_id, source_address, user_id, outcome)
      select ${at}::timestamptz, 'user-import', gen_random_uuid(), ${sourceAddress()}::text, user_id, ${outcome}::text from people)`;
}

async function unknownCodes(database: Database, file: PeopleFile): Promise<string[]> {
  const named = new Set(
    file.people.flatMap(({ memberships }) => memberships.map(({ ods }) => ods)),
  );
  for (const { ods } of file.organisations) named.delete(ods);
  const known = new Set((await findOrganisations(database, [...named])).map(({ ods }) => ods));
  return [...named].filter((ods) => !known.has(ods));
}

async function mergedAway(database: Database, { people }: PeopleFile): Promise<string[]> {
  const ids = people.map(({ userId }) => userId);
  const rows = await database.all<{ userId: string }>(sql`
    select user_id as "userId" from identity.person
    where user_id = any(${ids}::text[]) and merged_into is not null order by user_id`);
  return rows.map(({ userId }) => userId);
}

function keepPeople(people: Rows, at: Date): Sql {
  return sql`insert into identity.person (user_id, title, given, family, email, status, id_assurance_level,
      prescriber_code, professional_ids, synthetic, changed_at)
    select "userId", title, given, family, email, status, "idAssuranceLevel", "prescriberCode",
      "professionalIds", "isSynthetic", ${at}::timestamptz
    from jsonb_to_recordset(${people.persons}) as p("userId" text, title text, given text,
      family text, email text, status text, "idAssuranceLevel" smallint, "prescriberCode" text,
      "professionalIds" json, "isSynthetic" boolean)
    on conflict (user_id) do update set title = excluded.title, given = excluded.given,
      family = excluded.family, email = excluded.email, status = excluded.status,
      id_assurance_level = excluded.id_assurance_level, prescriber_code = excluded.prescriber_code,
      professional_ids = excluded.professional_ids, synthetic = excluded.synthetic,
      changed_at = excluded.changed_at`;
}

/** Those who were active before. */
function madeInactive(people: readonly NewPerson[], onlyIf: Sql): Sql {
  const ids = people.filter(({ status }) => status === 'inactive').map(({ userId }) => userId);
  return sql`select user_id from identity.person
    where user_id = any(${ids}::text[]) and status = 'active' and ${onlyIf}`;
}

/**
 * Role profiles that let their holder do less than before: tokens that say more are over [RELIABILITY 7.4], at once or
 * from the end of today if that is a last day.
 */
function narrowedRoles(people: Rows, today: LondonDate): Sql {
  const now = sql`'-infinity'::timestamptz`;
  const endOfToday = sql`${startOf(addDays(today, 1))}::timestamptz`;
  return sql`select role_profile_id, min(from_at) as from_at from (
      select r.role_profile_id, case when n.ods <> r.ods or n."jobRole" <> r.job_role
          or not array(select jsonb_array_elements_text(n.activities)) @> r.activities
          or n."startsOn" > ${today}::date or n."endsOn" < ${today}::date then ${now}
        when n."endsOn" = ${today}::date then ${endOfToday} end as from_at
      from jsonb_to_recordset(${people.roles}) as n("roleProfileId" text, "userId" text,
        ods text, "jobRole" text, activities jsonb, "startsOn" date, "endsOn" date)
      join identity.role_profile r on r.user_id = n."userId" and r.role_profile_id = n."roleProfileId"
      union all
      select r.role_profile_id, case when n."openedOn" > ${today}::date or n."closedOn" < ${today}::date then ${now}
        when n."closedOn" = ${today}::date then ${endOfToday} end
      from jsonb_to_recordset(${people.memberships}) as n("userId" text, ods text,
        "openedOn" date, "closedOn" date)
      join identity.role_profile r on r.user_id = n."userId" and r.ods = n.ods) as narrowed
    where from_at is not null group by role_profile_id`;
}

function keepMemberships(people: Rows): Sql {
  return sql`insert into identity.membership (membership_id, user_id, ods, opened_on, closed_on)
    select coalesce("membershipId", m.membership_id, nextval('identity.user_number')::text), "userId", r.ods,
      "openedOn", "closedOn"
    from jsonb_to_recordset(${people.memberships}) as r("membershipId" text, "userId" text,
      ods text, "openedOn" date, "closedOn" date)
    left join identity.membership m on m.user_id = "userId" and m.ods = r.ods
    on conflict (user_id, ods) do update set membership_id = excluded.membership_id,
      opened_on = excluded.opened_on, closed_on = excluded.closed_on`;
}

function keepRoleProfiles(people: Rows): Sql {
  return sql`insert into identity.role_profile (role_profile_id, user_id, ods, job_role, job_role_name,
      areas_of_work, activities, workgroups, starts_on, ends_on)
    select "roleProfileId", "userId", ods, "jobRole", "jobRoleName", "areasOfWork",
      array(select jsonb_array_elements_text(activities)), workgroups, "startsOn", "endsOn"
    from jsonb_to_recordset(${people.roles}) as r("roleProfileId" text, "userId" text,
      ods text, "jobRole" text, "jobRoleName" text, "areasOfWork" json, activities jsonb, workgroups json,
      "startsOn" date, "endsOn" date)
    on conflict (user_id, role_profile_id) do update set ods = excluded.ods, job_role = excluded.job_role,
      job_role_name = excluded.job_role_name, areas_of_work = excluded.areas_of_work,
      activities = excluded.activities, workgroups = excluded.workgroups, starts_on = excluded.starts_on,
      ends_on = excluded.ends_on`;
}

/** The rows of a file as values of a statement. */
type Rows = Readonly<Record<'persons' | 'memberships' | 'roles', Sql>>;

/** None unless `onlyIf` is true. */
function rowsOf(people: readonly NewPerson[], onlyIf: Sql): Rows {
  const rows = (all: readonly object[]): Sql =>
    sql`(case when ${onlyIf} then ${JSON.stringify(all)}::jsonb else '[]' end)`;
  return {
    persons: rows(people.map(({ memberships: _m, roleProfiles: _r, ...person }) => person)),
    memberships: rows(
      people.flatMap(({ userId, memberships }) =>
        memberships.map((membership) => ({ userId, ...membership })),
      ),
    ),
    roles: rows(
      people.flatMap(({ userId, roleProfiles }) =>
        roleProfiles.map((profile) => ({ userId, ...profile })),
      ),
    ),
  };
}
