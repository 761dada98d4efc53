import { findOrganisations, keepOrganisations } from '../../directory/index.ts';
import { present } from '../../kernel/bug.ts';
import { addDays, type LondonDate, londonDate, startOf } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { type Database, violatedConstraint } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import { auditLine, revocationOf } from '../record.ts';
import { endingSessions } from '../sessions/index.ts';
import type { NewPerson, PeopleFile } from './people-file.ts';
import type { Membership, Person, RoleProfile, User } from './person.ts';

export type ImportRefusal =
  | { readonly kind: 'OrganisationUnknown'; readonly codes: readonly string[] }
  | { readonly kind: 'IdOfAnother'; readonly what: 'membership' | 'role profile' };

/**
 * All of a file or nothing. Who and what is known by its id is replaced; role profiles that the file does not
 * name stay as they are. `by`: who did it; null: an operator.
 */
export async function importPeople(
  database: Database,
  { organisations, people }: PeopleFile,
  at: Date,
  by: string | null = null,
): Promise<Result<null, ImportRefusal>> {
  const outcome = by === null ? 'imported' : `imported by ${by}`;
  const unknown = await unknownCodes(database, { organisations, people });
  if (unknown.length > 0) return fail({ kind: 'OrganisationUnknown', codes: unknown });
  try {
    await database.write(sql`
      with inactive as (${madeInactive(people)}),
      ${endingSessions({ users: sql`select user_id from inactive` }, 'user-inactive', at)},
      narrowed as (${revocationOf('role', narrowedRoles(people, londonDate(at)), at, sql`v.from_at`)}),
      organisations as (${keepOrganisations(organisations, at)}),
      people as (${keepPeople(people, at)} returning user_id),
      memberships as (${keepMemberships(people)}),
      profiles as (${keepRoleProfiles(people)})
      insert into platform.audit (at, interaction, request_id, user_id, outcome)
      select ${at}::timestamptz, 'user-import', gen_random_uuid(), user_id, ${outcome}::text from people`);
    return ok(null);
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === 'membership_pkey') return fail({ kind: 'IdOfAnother', what: 'membership' });
    if (constraint !== 'role_profile_pkey') throw error;
    return fail({ kind: 'IdOfAnother', what: 'role profile' });
  }
}

async function unknownCodes(database: Database, file: PeopleFile): Promise<string[]> {
  const named = new Set(
    file.people.flatMap(({ memberships }) => memberships.map(({ ods }) => ods)),
  );
  for (const { ods } of file.organisations) named.delete(ods);
  const known = new Set((await findOrganisations(database, [...named])).map(({ ods }) => ods));
  return [...named].filter((ods) => !known.has(ods));
}

function keepPeople(people: readonly Person[], at: Date): Sql {
  return sql`insert into identity.person (user_id, title, given, family, email, status, id_assurance_level,
      prescriber_code, professional_ids, synthetic, changed_at)
    select "userId", title, given, family, email, status, "idAssuranceLevel", "prescriberCode",
      "professionalIds", "isSynthetic", ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(people)}::jsonb) as p("userId" text, title text, given text,
      family text, email text, status text, "idAssuranceLevel" smallint, "prescriberCode" text,
      "professionalIds" json, "isSynthetic" boolean)
    on conflict (user_id) do update set title = excluded.title, given = excluded.given,
      family = excluded.family, email = excluded.email, status = excluded.status,
      id_assurance_level = excluded.id_assurance_level, prescriber_code = excluded.prescriber_code,
      professional_ids = excluded.professional_ids, synthetic = excluded.synthetic,
      changed_at = excluded.changed_at`;
}

/** Those who were active before. */
function madeInactive(people: readonly NewPerson[]): Sql {
  const ids = people.filter(({ status }) => status === 'inactive').map(({ userId }) => userId);
  return sql`select user_id from identity.person
    where user_id = any(${ids}::text[]) and status = 'active'`;
}

/**
 * Role profiles that let their holder do less than before: tokens that say more are over [RELIABILITY 7.4], at once or
 * from the end of today if that is a last day.
 */
function narrowedRoles(people: readonly NewPerson[], today: LondonDate): Sql {
  const now = sql`'-infinity'::timestamptz`;
  const endOfToday = sql`${startOf(addDays(today, 1))}::timestamptz`;
  return sql`select role_profile_id, min(from_at) as from_at from (
      select r.role_profile_id, case when n.ods <> r.ods or n."jobRole" <> r.job_role
          or not array(select jsonb_array_elements_text(n.activities)) @> r.activities
          or n."startsOn" > ${today}::date or n."endsOn" < ${today}::date then ${now}
        when n."endsOn" = ${today}::date then ${endOfToday} end as from_at
      from jsonb_to_recordset(${JSON.stringify(roleRows(people))}::jsonb) as n("roleProfileId" text, "userId" text,
        ods text, "jobRole" text, activities jsonb, "startsOn" date, "endsOn" date)
      join identity.role_profile r on r.user_id = n."userId" and r.role_profile_id = n."roleProfileId"
      union all
      select r.role_profile_id, case when n."openedOn" > ${today}::date or n."closedOn" < ${today}::date then ${now}
        when n."closedOn" = ${today}::date then ${endOfToday} end
      from jsonb_to_recordset(${JSON.stringify(membershipRows(people))}::jsonb) as n("userId" text, ods text,
        "openedOn" date, "closedOn" date)
      join identity.role_profile r on r.user_id = n."userId" and r.ods = n.ods) as narrowed
    where from_at is not null group by role_profile_id`;
}

function membershipRows(people: readonly NewPerson[]) {
  return people.flatMap(({ userId, memberships }) =>
    memberships.map((membership) => ({ userId, ...membership })),
  );
}

function roleRows(people: readonly NewPerson[]) {
  return people.flatMap(({ userId, roleProfiles }) =>
    roleProfiles.map((profile) => ({ userId, ...profile })),
  );
}

function keepMemberships(people: readonly NewPerson[]): Sql {
  return sql`insert into identity.membership (membership_id, user_id, ods, opened_on, closed_on)
    select coalesce("membershipId", m.membership_id, nextval('identity.user_number')::text), "userId", r.ods,
      "openedOn", "closedOn"
    from jsonb_to_recordset(${JSON.stringify(membershipRows(people))}::jsonb) as r("membershipId" text, "userId" text,
      ods text, "openedOn" date, "closedOn" date)
    left join identity.membership m on m.user_id = "userId" and m.ods = r.ods
    on conflict (user_id, ods) do update set membership_id = excluded.membership_id,
      opened_on = excluded.opened_on, closed_on = excluded.closed_on`;
}

function keepRoleProfiles(people: readonly NewPerson[]): Sql {
  return sql`insert into identity.role_profile (role_profile_id, user_id, ods, job_role, job_role_name,
      areas_of_work, activities, workgroups, starts_on, ends_on)
    select "roleProfileId", "userId", ods, "jobRole", "jobRoleName", "areasOfWork",
      array(select jsonb_array_elements_text(activities)), workgroups, "startsOn", "endsOn"
    from jsonb_to_recordset(${JSON.stringify(roleRows(people))}::jsonb) as r("roleProfileId" text, "userId" text,
      ods text, "jobRole" text, "jobRoleName" text, "areasOfWork" json, activities jsonb, workgroups json,
      "startsOn" date, "endsOn" date)
    on conflict (user_id, role_profile_id) do update set ods = excluded.ods, job_role = excluded.job_role,
      job_role_name = excluded.job_role_name, areas_of_work = excluded.areas_of_work,
      activities = excluded.activities, workgroups = excluded.workgroups, starts_on = excluded.starts_on,
      ends_on = excluded.ends_on`;
}

type Row = Person & {
  readonly memberships: readonly Membership[];
  readonly roleProfiles: readonly RoleProfile[];
};

const USER = sql`user_id as "userId", title, given, family, email, status,
  id_assurance_level as "idAssuranceLevel", prescriber_code as "prescriberCode",
  professional_ids as "professionalIds", synthetic as "isSynthetic",
  coalesce((select json_agg(json_build_object('membershipId', membership_id, 'ods', ods,
    'openedOn', opened_on, 'closedOn', closed_on) order by ods)
    from identity.membership m where m.user_id = p.user_id), '[]') as memberships,
  coalesce((select json_agg(json_build_object('roleProfileId', role_profile_id, 'ods', ods,
    'jobRole', job_role, 'jobRoleName', job_role_name, 'areasOfWork', areas_of_work,
    'activities', activities, 'workgroups', workgroups, 'startsOn', starts_on, 'endsOn', ends_on)
    order by role_profile_id)
    from identity.role_profile r where r.user_id = p.user_id), '[]') as "roleProfiles"`;

/** Everything that the directory knows of a person. */
export async function findUser(database: Database, userId: string): Promise<User | null> {
  const rows = await database.all<Row>(sql`
    select ${USER} from identity.person p where user_id = ${userId}`);
  const [user = null] = await withNames(database, rows);
  return user;
}

/** Those of these ids that somebody has. */
export async function knownUserIds(database: Database, ids: readonly string[]): Promise<string[]> {
  const rows = await database.all<{ userId: string }>(sql`
    select user_id as "userId" from identity.person where user_id = any(${ids}::text[])`);
  return rows.map(({ userId }) => userId);
}

/** The people of these ids that are known. */
export async function findUsers(database: Database, userIds: readonly string[]): Promise<User[]> {
  const rows = await database.all<Row>(sql`
    select ${USER} from identity.person p where user_id = any(${userIds}::text[]) order by user_id`);
  return withNames(database, rows);
}

export const USER_LIST_MAX = 200;

/** People in the order of their ids, from the one after `after`; `word` is a part of a name, an id or an ODS code. */
export async function listUsers(
  database: Database,
  { word = '', after = '' }: { readonly word?: string; readonly after?: string } = {},
): Promise<User[]> {
  const rows = await database.all<Row>(sql`
    select ${USER} from identity.person p
    where user_id > ${after} and (strpos(lower(given || ' ' || family), lower(${word})) > 0
      or user_id = ${word} or exists (select from identity.membership m
        where m.user_id = p.user_id and m.ods = upper(${word})))
    order by user_id limit ${USER_LIST_MAX}`);
  return withNames(database, rows);
}

async function withNames(database: Database, rows: readonly Row[]): Promise<User[]> {
  const codes = rows.flatMap(({ memberships }) => memberships.map(({ ods }) => ods));
  const organisations = await findOrganisations(database, [...new Set(codes)]);
  const names = new Map(organisations.map(({ ods, name }) => [ods, name]));
  const named = <Place extends { readonly ods: string }>(place: Place) => ({
    ...place,
    organisationName: present(names.get(place.ods), `organisation ${place.ods}`),
  });
  return rows.map(({ memberships, roleProfiles, ...person }) => ({
    ...person,
    memberships: memberships.map(named),
    roleProfiles: roleProfiles.map(named),
  }));
}

/** Who does it, and when; null: an operator at the command line. */
export type By = { readonly userId: string | null; readonly at: Date };

/** A role profile that is not there yet. */
export type NewRole = Omit<RoleProfile, 'roleProfileId'>;

/** Parts of a statement that gives a person a role: `with …, PARTS select`. They are called `member` and `role`. */
export function givingRole(userId: string, role: NewRole, onlyIf: Sql = sql`true`): Sql {
  return sql`member as (
      insert into identity.membership (membership_id, user_id, ods)
      select nextval('identity.user_number')::text, ${userId}::text, ${role.ods}::text where ${onlyIf}
      on conflict (user_id, ods) do update set closed_on = null),
    role as (
      insert into identity.role_profile (role_profile_id, user_id, ods, job_role, job_role_name, areas_of_work,
        activities, workgroups, starts_on, ends_on)
      select nextval('identity.user_number')::text, ${userId}::text, ${role.ods}::text, ${role.jobRole}::text,
        ${role.jobRoleName}::text, ${JSON.stringify(role.areasOfWork)}::json, ${role.activities}::text[],
        ${JSON.stringify(role.workgroups)}::json, ${role.startsOn}::date, ${role.endsOn}::date where ${onlyIf}
      returning role_profile_id)`;
}

/**
 * Parts of a statement that ends a role on a day: its sessions too, if that day is over; if it is today, tokens that
 * do not know of it yet are over with the day [RELIABILITY 7.4]. Called `role`, `role_today` and as `endingSessions`
 * says.
 */
export function endingRole(
  roleProfileId: string,
  lastDay: LondonDate,
  at: Date,
  onlyIf: Sql = sql`true`,
): Sql {
  const isOver = lastDay < londonDate(at);
  const isToday = lastDay === londonDate(at);
  const thatRole = sql`select role_profile_id from role where ${isToday}::boolean`;
  const endOfDay = sql`${startOf(addDays(lastDay, 1))}::timestamptz`;
  const ended = sql`${onlyIf} and ${isOver}::boolean`;
  return sql`role as (
      update identity.role_profile set ends_on = ${lastDay}::date,
        starts_on = case when starts_on > ${lastDay}::date then ${lastDay}::date else starts_on end
      where role_profile_id = ${roleProfileId} and (ends_on is null or ends_on > ${lastDay}::date)
        and ${onlyIf} returning role_profile_id),
    role_today as (${revocationOf('role', thatRole, at, endOfDay)}),
    ${endingSessions({ roleProfile: roleProfileId }, 'role-ended', at, ended)}`;
}

/** Gives a role; the id of its profile. Null when nobody has that user id or the organisation is not known. */
export async function grantRole(
  database: Database,
  userId: string,
  role: NewRole,
  by: By,
): Promise<string | null> {
  const [known] = await findOrganisations(database, [role.ods]);
  if (known === undefined || (await findUser(database, userId)) === null) return null;
  const act = { interaction: 'role-grant', at: by.at, userId: by.userId, organisation: role.ods };
  const [row] = await database.write<{ id: string }>(sql`
    with ${givingRole(userId, role)},
    audit as (${auditLine({ ...act, outcome: `${role.jobRole} to ${userId}` })})
    select role_profile_id as id from role`);
  return row?.id ?? null;
}

/** False when there is no such role profile, or it ends as early already. */
export async function endRole(
  database: Database,
  roleProfileId: string,
  lastDay: LondonDate,
  by: By,
): Promise<boolean> {
  const act = { interaction: 'role-end', at: by.at, userId: by.userId, roleProfile: roleProfileId };
  const rows = await database.write(sql`
    with ${endingRole(roleProfileId, lastDay, by.at)},
    audit as (${auditLine({ ...act, outcome: `last day ${lastDay}` })} from role)
    select from role`);
  return rows.length === 1;
}
