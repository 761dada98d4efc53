import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { auditLine } from '../record.ts';
import { BUILT_IN_NAMES, type JobRoleNames } from './job-roles.ts';

/** Adds names, or replaces those of the same code. Role profiles that are there keep the names that they have. */
export async function importJobRoleNames(
  database: Database,
  { roles, groups }: JobRoleNames,
  at: Date,
): Promise<void> {
  const rows = [
    ...Object.entries(roles).map(([code, name]) => ({ code, names: [name] })),
    ...Object.entries(groups).map(([code, names]) => ({ code, names })),
  ];
  const act = { interaction: 'role-import', at, outcome: `${rows.length} names` };
  await database.write(sql`
    with names as (
      insert into identity.job_role_name (code, names, imported_at)
      select code, array(select jsonb_array_elements_text(names)), ${at}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(code text, names jsonb)
      on conflict (code) do update set names = excluded.names, imported_at = excluded.imported_at)
    ${auditLine(act)}`);
}

/** Those that were imported go before those that the program knows. */
export async function jobRoleNames(database: Database): Promise<JobRoleNames> {
  const rows = await database.all<{ code: string; names: readonly string[] }>(sql`
    select code, names from identity.job_role_name order by code`);
  const roles = rows.flatMap(({ code, names: [name = '', subGroup] }) =>
    subGroup === undefined ? [[code, name] as const] : [],
  );
  const groups = rows.flatMap(({ code, names: [group = '', subGroup] }) =>
    subGroup === undefined ? [] : [[code, [group, subGroup]] as const],
  );
  return {
    roles: { ...BUILT_IN_NAMES.roles, ...Object.fromEntries(roles) },
    groups: { ...BUILT_IN_NAMES.groups, ...Object.fromEntries(groups) },
  };
}
