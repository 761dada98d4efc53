import {
  addingOrganisation,
  type OpeningDays,
  type Organisation,
  settingOpeningDays,
} from '../../../directory/index.ts';
import { addDays, type LondonDate, londonDate, startOf } from '../../../kernel/london.ts';
import type { Database } from '../../../platform/database.ts';
import { type Sql, sql } from '../../../platform/sql.ts';
import { auditLine, revocationOf } from '../../record.ts';
import { endingSessions } from '../../sessions/index.ts';
import type { Actor } from '../repository.ts';

/** False when its code is known already. */
export async function keepOrganisation(
  database: Database,
  organisation: Organisation,
  by: Actor,
): Promise<boolean> {
  const { ods, name } = organisation;
  const act = {
    ...by,
    interaction: 'ra-organisation',
    organisation: ods,
    outcome: `added ${name}`,
  };
  const rows = await database.write(sql`
    with organisation as (${addingOrganisation(organisation, by.at)}),
    audit as (${auditLine(act)} from organisation)
    select from organisation`);
  return rows.length === 1;
}

/**
 * With a last day, every role and membership there ends on it: sessions in these roles too, if it is over; if it is
 * today, tokens that do not know of it are over with the day [RELIABILITY 7.4].
 */
export async function keepOpeningDays(
  database: Database,
  ods: string,
  days: OpeningDays,
  by: Actor,
): Promise<void> {
  const outcome = `open from ${days.openedOn ?? 'ever'} until ${days.closedOn ?? 'further notice'}`;
  const act = { ...by, interaction: 'ra-organisation', organisation: ods, outcome };
  await database.write(sql`
    with organisation as (${settingOpeningDays(ods, days, by.at)}),
    ${days.closedOn === null ? sql`` : endingThere(ods, days.closedOn, by.at)}
    audit as (${auditLine(act)} from organisation)
    select from organisation`);
}

function endingThere(ods: string, lastDay: LondonDate, at: Date): Sql {
  const isOver = sql`${lastDay < londonDate(at)}::boolean`;
  const rolesToday = sql`select role_profile_id from role where ${lastDay === londonDate(at)}::boolean`;
  const endOfDay = sql`${startOf(addDays(lastDay, 1))}::timestamptz`;
  return sql`member as (
      update identity.membership set closed_on = ${lastDay}::date, opened_on = case when opened_on > ${lastDay}::date then ${lastDay}::date else opened_on end
      where ods = ${ods} and (closed_on is null or closed_on > ${lastDay}::date)),
    role as (
      update identity.role_profile set ends_on = ${lastDay}::date, starts_on = case when starts_on > ${lastDay}::date then ${lastDay}::date else starts_on end
      where ods = ${ods} and (ends_on is null or ends_on > ${lastDay}::date)
      returning role_profile_id),
    role_today as (${revocationOf('role', rolesToday, at, endOfDay)}),
    ${endingSessions({ organisation: ods }, 'role-ended', at, isOver)},`;
}

export type Sponsor = { readonly userId: string; readonly namedAt: Date };

const SPONSORS_MAX = 500;

export function sponsorsAt(database: Database, ods: string): Promise<Sponsor[]> {
  return database.all<Sponsor>(sql`
    select user_id as "userId", named_at as "namedAt" from identity.sponsor where ods = ${ods}
    order by user_id limit ${SPONSORS_MAX}`);
}

/** False when they were none. */
export async function forgetSponsor(
  database: Database,
  userId: string,
  ods: string,
  by: Actor,
): Promise<boolean> {
  const act = { ...by, interaction: 'ra-sponsor', outcome: `${userId} no longer for ${ods}` };
  const rows = await database.write(sql`
    with sponsor as (
      delete from identity.sponsor where user_id = ${userId} and ods = ${ods} returning user_id),
    audit as (${auditLine(act)} from sponsor)
    select from sponsor`);
  return rows.length === 1;
}
