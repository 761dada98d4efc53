import type { LondonDate } from '../../../kernel/london.ts';
import type { Database } from '../../../platform/database.ts';
import { sql } from '../../../platform/sql.ts';

/** From now on, for ever. */
export async function beginTwoPersonRule(database: Database, at: Date): Promise<void> {
  await database.write(sql`
    insert into identity.two_person_rule (since) values (${at}) on conflict do nothing`);
}

export async function holdsTwoPersonRule(database: Database): Promise<boolean> {
  const rows = await database.all(sql`select since from identity.two_person_rule`);
  return rows.length === 1;
}

const HOLDERS_MAX = 1_000;

/** User ids of active people with a role profile of one of these job roles (R codes) that is not over on a day. */
export async function holdersOf(
  database: Database,
  jobRoles: readonly string[],
  day: LondonDate,
): Promise<string[]> {
  const rows = await database.all<{ userId: string }>(sql`
    select distinct user_id as "userId" from identity.role_profile join identity.person using (user_id)
    where split_part(job_role, ':', 3) = any(${jobRoles}::text[]) and status = 'active'
      and (starts_on is null or starts_on <= ${day}::date) and (ends_on is null or ends_on >= ${day}::date)
    limit ${HOLDERS_MAX}`);
  return rows.map(({ userId }) => userId);
}
