import { randomUUID } from 'node:crypto';

import { present } from '../../kernel/bug.ts';
import type { LondonDate } from '../../kernel/london.ts';
import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import { endingRole, givingRole, type NewRole } from '../people/index.ts';
import { type IdentityAct, auditLine } from '../record.ts';
import type { Document } from './rules.ts';

/** Work in an organisation that comes with these rights. */
export type Position = Omit<NewRole, 'startsOn' | 'endsOn'> & {
  readonly positionId: string;
  readonly name: string;
};

export type AccessRequest = {
  readonly requestId: string;
  readonly kind: 'grant' | 'end';
  readonly userId: string;
  readonly positionId: string | null;
  readonly roleProfileId: string | null;
  readonly startsOn: LondonDate | null;
  readonly endsOn: LondonDate | null;
  readonly state: 'pending' | 'approved' | 'refused';
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
};

/** Somebody who is signed in and does something, when, and in which role and session. */
export type Actor = {
  readonly userId: string;
  readonly at: Date;
  readonly roleProfile?: string;
  readonly session?: string;
};

export type NewPerson = {
  readonly title: string | null;
  readonly given: string;
  readonly family: string;
  readonly email: string | null;
  readonly documents: readonly Document[];
  readonly isSynthetic: boolean;
};

function line(interaction: string, by: Actor, outcome: string): IdentityAct {
  return { ...by, interaction, outcome };
}

/** A new person with the evidence of who they are; the new user id. */
export async function keepPerson(
  database: Database,
  { title, given, family, email, documents, isSynthetic }: NewPerson,
  level: number,
  by: Actor,
): Promise<string> {
  const [row] = await database.write<{ id: string }>(sql`
    with person as (
      insert into identity.person (user_id, title, given, family, email, status, id_assurance_level,
        professional_ids, synthetic, changed_at)
      values (nextval('identity.user_number')::text, ${title}, ${given}, ${family}, ${email}, 'active',
        ${level}::smallint, '{}', ${isSynthetic}, ${by.at}) returning user_id),
    evidence as (
      insert into identity.evidence (user_id, level, documents, checked_by, checked_at)
      select user_id, ${level}::smallint, ${documents}::text[], ${by.userId}, ${by.at}::timestamptz from person),
    audit as (${auditLine(line('ra-person', by, `created, identity proved to level ${level}`))})
    select user_id as id from person`);
  return present(row, 'new person').id;
}

/** More evidence of who somebody is; the level is the last one found. */
export async function keepEvidence(
  database: Database,
  userId: string,
  { documents, level }: { readonly documents: readonly Document[]; readonly level: number },
  by: Actor,
): Promise<void> {
  await database.write(sql`
    with person as (
      update identity.person set id_assurance_level = ${level}::smallint, changed_at = ${by.at}
      where user_id = ${userId} returning user_id),
    evidence as (
      insert into identity.evidence (user_id, level, documents, checked_by, checked_at)
      select user_id, ${level}::smallint, ${documents}::text[], ${by.userId}, ${by.at}::timestamptz from person)
    ${auditLine(line('ra-evidence', by, `${userId}: identity proved to level ${level}`))}`);
}

export async function keepSponsor(
  database: Database,
  userId: string,
  ods: string,
  by: Actor,
): Promise<void> {
  await database.write(sql`
    with sponsor as (
      insert into identity.sponsor (user_id, ods, named_by, named_at)
      values (${userId}, ${ods}, ${by.userId}, ${by.at}) on conflict do nothing)
    ${auditLine(line('ra-sponsor', by, `${userId} for ${ods}`))}`);
}

/** Organisations whose sponsor somebody is. */
export async function sponsorOf(database: Database, userId: string): Promise<string[]> {
  const rows = await database.all<{ ods: string }>(sql`
    select ods from identity.sponsor where user_id = ${userId} order by ods`);
  return rows.map(({ ods }) => ods);
}

const POSITION = sql`position_id as "positionId", ods, name, job_role as "jobRole",
  job_role_name as "jobRoleName", areas_of_work as "areasOfWork", activities, workgroups`;

/** Throws `position_ods_name_key` when the organisation has one of that name. */
export async function keepPosition(
  database: Database,
  position: Omit<Position, 'positionId'>,
  by: Actor,
): Promise<string> {
  const id = randomUUID();
  const { ods, name, jobRole, jobRoleName, areasOfWork, activities, workgroups } = position;
  await database.write(sql`
    with position as (
      insert into identity.position (position_id, ods, name, job_role, job_role_name, areas_of_work, activities,
        workgroups)
      values (${id}::uuid, ${ods}, ${name}, ${jobRole}, ${jobRoleName}, ${JSON.stringify(areasOfWork)}::json,
        ${activities}::text[], ${JSON.stringify(workgroups)}::json))
    ${auditLine(line('ra-position', by, `${name} in ${ods}`))}`);
  return id;
}

export async function findPosition(database: Database, id: string): Promise<Position | null> {
  const [row] = await database.all<Position>(sql`
    select ${POSITION} from identity.position where position_id::text = lower(${id})`);
  return row ?? null;
}

const LIST_MAX = 500;

export function listPositions(database: Database, ods: string | null): Promise<Position[]> {
  return database.all<Position>(sql`
    select ${POSITION} from identity.position where ${ods}::text is null or ods = ${ods}::text
    order by ods, name limit ${LIST_MAX}`);
}

const REQUEST = sql`request_id as "requestId", kind, user_id as "userId", position_id as "positionId",
  role_profile_id as "roleProfileId", starts_on as "startsOn", ends_on as "endsOn", state,
  requested_by as "requestedBy", requested_at as "requestedAt", decided_by as "decidedBy",
  decided_at as "decidedAt"`;

export type NewRequest = Pick<
  AccessRequest,
  'kind' | 'userId' | 'positionId' | 'roleProfileId' | 'startsOn' | 'endsOn'
>;

export async function keepRequest(
  database: Database,
  request: NewRequest,
  by: Actor,
): Promise<string> {
  const id = randomUUID();
  const { kind, userId, positionId, roleProfileId, startsOn, endsOn } = request;
  await database.write(sql`
    with request as (
      insert into identity.access_request (request_id, kind, user_id, position_id, role_profile_id, starts_on,
        ends_on, state, requested_by, requested_at)
      values (${id}::uuid, ${kind}, ${userId}, ${positionId}::uuid, ${roleProfileId}, ${startsOn}::date,
        ${endsOn}::date, 'pending', ${by.userId}, ${by.at}))
    ${auditLine(line('ra-request', by, `${kind} for ${userId}: ${id}`))}`);
  return id;
}

export async function findRequest(database: Database, id: string): Promise<AccessRequest | null> {
  const [row] = await database.all<AccessRequest>(sql`
    select ${REQUEST} from identity.access_request where request_id::text = lower(${id})`);
  return row ?? null;
}

/** What waits for a decision, the oldest first. */
export function pendingRequests(database: Database): Promise<AccessRequest[]> {
  return database.all<AccessRequest>(sql`
    select ${REQUEST} from identity.access_request where state = 'pending'
    order by requested_at, request_id limit ${LIST_MAX}`);
}

/** What an approval does. */
export type Effect =
  | { readonly kind: 'give'; readonly role: NewRole }
  | { readonly kind: 'end'; readonly roleProfileId: string; readonly lastDay: LondonDate }
  | { readonly kind: 'nothing' };

/** Keeps a decision and does what it says, once: false when somebody has decided meanwhile. */
export async function decideRequest(
  database: Database,
  { requestId, userId }: AccessRequest,
  { state, effect }: { readonly state: 'approved' | 'refused'; readonly effect: Effect },
  by: Actor,
): Promise<boolean> {
  const rows = await database.write(sql`
    with decided as (
      update identity.access_request set state = ${state}, decided_by = ${by.userId}, decided_at = ${by.at}
      where request_id = ${requestId}::uuid and state = 'pending' returning request_id),
    ${partsOf(effect, userId, by.at)}
    audit as (${auditLine(line('ra-decision', by, `${state}: ${requestId} for ${userId}`))} from decided)
    select from decided`);
  return rows.length === 1;
}

function partsOf(effect: Effect, userId: string, at: Date): Sql {
  const isDecided = sql`exists (select from decided)`;
  switch (effect.kind) {
    case 'give':
      return sql`${givingRole(userId, effect.role, isDecided)},`;
    case 'end':
      return sql`${endingRole(effect.roleProfileId, effect.lastDay, at, isDecided)},`;
    case 'nothing':
      return sql``;
  }
}

export type Expiring = {
  readonly what: 'card' | 'role';
  readonly id: string;
  readonly userId: string;
  readonly endsAt: Date;
};

/** Cards and roles that end within so many days, the first first. */
export function expiringWithin(database: Database, days: number, at: Date): Promise<Expiring[]> {
  return database.all<Expiring>(sql`
    select * from (
      select 'card' as what, card_number as id, user_id as "userId", ends_at as "endsAt" from identity.card
      where status in ('Issued', 'Active', 'Suspended') and not is_temporary
        and ends_at > ${at} and ends_at <= ${at}::timestamptz + make_interval(days => ${days}::int)
      union all
      select 'role', role_profile_id, user_id, (ends_on + 1)::timestamp at time zone 'Europe/London'
      from identity.role_profile
      where ends_on >= (${at}::timestamptz at time zone 'Europe/London')::date
        and ends_on < (${at}::timestamptz at time zone 'Europe/London')::date + ${days}::int) as e
    order by "endsAt", id limit ${LIST_MAX}`);
}

export type Unused = {
  readonly cardNumber: string;
  readonly userId: string;
  readonly lastUsedAt: Date | null;
};

/** Cards that nobody has used for so many days, or ever since they were issued. */
export function unusedFor(database: Database, days: number, at: Date): Promise<Unused[]> {
  return database.all<Unused>(sql`
    select card_number as "cardNumber", user_id as "userId", last_used_at as "lastUsedAt" from identity.card
    where status in ('Issued', 'Active') and not is_temporary
      and coalesce(last_used_at, issued_at) <= ${at}::timestamptz - make_interval(days => ${days}::int)
    order by coalesce(last_used_at, issued_at), card_number limit ${LIST_MAX}`);
}
