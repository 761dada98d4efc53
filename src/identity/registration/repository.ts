import { randomUUID } from 'node:crypto';

import { present } from '../../kernel/bug.ts';
import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import type { NewRole } from '../people/index.ts';
import { type IdentityAct, auditLine } from '../record.ts';
import type { Document } from './evidence.ts';

/** Work in an organisation that comes with these rights. */
export type Position = Omit<NewRole, 'startsOn' | 'endsOn'> & {
  readonly positionId: string;
  readonly name: string;
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

/** An act of the registration authority, for the audit. */
export function line(interaction: string, by: Actor, outcome: string): IdentityAct {
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

/** Of every list here. */
export const LIST_MAX = 500;

export function listPositions(database: Database, ods: string | null): Promise<Position[]> {
  return database.all<Position>(sql`
    select ${POSITION} from identity.position where ${ods}::text is null or ods = ${ods}::text
    order by ods, name limit ${LIST_MAX}`);
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
