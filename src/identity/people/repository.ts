import { findOrganisations } from '../../directory/index.ts';
import { present } from '../../kernel/bug.ts';
import { addDays, type LondonDate, londonDate, startOf } from '../../kernel/london.ts';
import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import { auditLine, revocationOf } from '../record.ts';
import { endingSessions } from '../sessions/index.ts';
import { type Membership, type Person, type RoleProfile, rolesOn, type User } from './person.ts';

type Row = Person & {
  readonly mergedInto: string | null;
  readonly memberships: readonly Membership[];
  readonly roleProfiles: readonly RoleProfile[];
};

const USER = sql`user_id as "userId", title, given, family, email, status,
  id_assurance_level as "idAssuranceLevel", prescriber_code as "prescriberCode",
  professional_ids as "professionalIds", synthetic as "isSynthetic", merged_into as "mergedInto",
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

/** What the rights of a user hang on who acts in a role profile; null: it is not theirs now. */
export async function findRole(
  database: Database,
  { userId, roleProfile }: { readonly userId: string; readonly roleProfile: string },
  at: Date,
): Promise<Pick<RoleProfile, 'jobRole' | 'activities'> | null> {
  const user = await findUser(database, userId);
  const roles = user === null ? [] : rolesOn(user, londonDate(at));
  const role = roles.find(({ roleProfileId }) => roleProfileId === roleProfile);
  return role === undefined ? null : { jobRole: role.jobRole, activities: role.activities };
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
