import { type Command, EXIT, type Invocation, textOption } from '../../../cli/command.ts';
import { readJson } from '../../../cli/read-json.ts';
import { storeCommand } from '../../../installation/store-command.ts';
import { type LondonDate, londonDate, parseLondonDate } from '../../../kernel/london.ts';
import type { Database } from '../../../platform/database.ts';
import { ACTIVITIES } from '../../rbac/activities.ts';
import {
  effectiveActivities,
  importJobRoleNames,
  jobRoleNames,
  parseRoleFile,
} from '../../rbac/index.ts';
import { jobRoleName } from '../../rbac/job-roles.ts';
import { mustBeConfirmed } from '../../registration/index.ts';
import { endRole, findUser, grantRole, type RoleProfile, rolesOn, type User } from '../index.ts';

const EXAMPLES = [
  {
    line: 'spine role grant 555900010101 --org FA565 --job-role S0050:G0200:R1290 --activities B0570,B0572',
    explanation: 'a pharmacist who may dispense and manage',
  },
  {
    line: 'spine role import role-names.json',
    explanation: 'names that the program does not know',
  },
  { line: 'spine role end 555900040102', explanation: 'from now on, sessions in it too' },
] as const;

/** What an operator does with role profiles. */
export const roleCommands: readonly Command[] = [
  storeCommand({
    name: 'role grant',
    summary: 'give a person a role in an organisation',
    usage: '<user id>',
    options: [
      { flag: 'org', value: 'ods', help: 'the organisation' },
      { flag: 'job-role', value: 'code', help: 'S####:G####:R####' },
      { flag: 'activities', value: 'codes', help: 'to add to the job role, with commas between' },
      { flag: 'from', value: 'day', help: 'first day, YYYY-MM-DD' },
      { flag: 'until', value: 'day', help: 'last day, YYYY-MM-DD' },
    ],
    examples: EXAMPLES,
    work: grant,
  }),
  storeCommand({
    name: 'role end',
    summary: 'end a role, now or with a last day',
    usage: '<role profile id>',
    options: [{ flag: 'until', value: 'day', help: 'last day, YYYY-MM-DD; else it is over now' }],
    examples: EXAMPLES,
    work: end,
  }),
  storeCommand({
    name: 'role import',
    summary: 'take names of job roles and staff groups of the national list from a file',
    usage: '<file>',
    options: [],
    examples: EXAMPLES,
    work: importNames,
  }),
  storeCommand({
    name: 'role list',
    summary: 'list the roles of a person and all that each lets them do',
    usage: '<user id>',
    options: [],
    examples: EXAMPLES,
    work: list,
  }),
];

const ASK_INSTEAD =
  'spine role grant: in a live installation nobody gives a role alone: a sponsor asks with spine ra request.';
const NOT_A_DAY = 'must be a day, as 2026-03-29';

async function grant(invocation: Invocation, database: Database): Promise<number> {
  const { words, output } = invocation;
  const [userId = ''] = words;
  const ods = (textOption(invocation, 'org') ?? '').toUpperCase();
  const jobRole = textOption(invocation, 'job-role') ?? '';
  const name = jobRoleName(jobRole, await jobRoleNames(database));
  const activities = (textOption(invocation, 'activities') ?? '').split(',').filter(Boolean);
  const unknown = activities.filter((code) => !Object.hasOwn(ACTIVITIES, code));
  const startsOn = dayOption(invocation, 'from');
  const endsOn = dayOption(invocation, 'until');
  const problems = [
    ...(name === null ? [`--job-role "${jobRole}" is no job role that has a name here`] : []),
    ...(unknown.length === 0 ? [] : [`--activities has ${unknown.join(', ')}: not known`]),
    ...(startsOn === undefined ? [`--from ${NOT_A_DAY}`] : []),
    ...(endsOn === undefined ? [`--until ${NOT_A_DAY}`] : []),
    ...(startsOn && endsOn && endsOn < startsOn ? ['--until must not be before --from'] : []),
  ];
  for (const problem of problems) output.progress(`spine role grant: ${problem}`);
  if (name === null || startsOn === undefined || endsOn === undefined || problems.length > 0) {
    return EXIT.wrongUse;
  }
  if (await mustBeConfirmed(database, new Date())) {
    output.progress(ASK_INSTEAD);
    return EXIT.refused;
  }
  const role = { ods, jobRole, jobRoleName: name, activities, startsOn, endsOn };
  const by = { userId: null, at: new Date() };
  const id = await grantRole(database, userId, { ...role, areasOfWork: [], workgroups: [] }, by);
  if (id === null) {
    output.progress(`There is no user "${userId}", or no organisation "${ods}".`);
    return EXIT.refused;
  }
  output.result(`${id}  ${userId}  ${ods}  ${jobRole} ${name}`, { roleProfileId: id });
  return EXIT.ok;
}

async function importNames({ words, output }: Invocation, database: Database): Promise<number> {
  const say = (problems: readonly string[]): number => {
    for (const problem of problems) output.progress(`spine role import: ${problem}`);
    return EXIT.wrongUse;
  };
  const [file] = words;
  if (file === undefined) return say(['name the file']);
  const value = await readJson(file);
  if ('problem' in value) return say([value.problem]);
  const names = parseRoleFile(value.json);
  if (!names.ok) return say(names.error);
  await importJobRoleNames(database, names.value, new Date());
  const { roles, groups } = names.value;
  const counts = { jobRoles: Object.keys(roles).length, staffGroups: Object.keys(groups).length };
  output.result(
    `imported: ${counts.jobRoles} job roles, ${counts.staffGroups} staff groups`,
    counts,
  );
  return EXIT.ok;
}

async function end(invocation: Invocation, database: Database): Promise<number> {
  const { words, output } = invocation;
  const [roleProfileId = ''] = words;
  const at = new Date();
  const lastDay = dayOption(invocation, 'until');
  if (lastDay === undefined) {
    output.progress(`spine role end: --until ${NOT_A_DAY}`);
    return EXIT.wrongUse;
  }
  const last = lastDay ?? londonDate(new Date(at.getTime() - DAY_MS));
  if (!(await endRole(database, roleProfileId, last, { userId: null, at }))) {
    output.progress(`There is no role profile "${roleProfileId}" that could end so.`);
    return EXIT.refused;
  }
  output.result(`${roleProfileId}  last day ${last}`, { roleProfileId, lastDay: last });
  return EXIT.ok;
}

const DAY_MS = 86_400_000;

async function list({ words, output }: Invocation, database: Database): Promise<number> {
  const user = await findUser(database, words[0] ?? '');
  if (user === null) {
    output.progress(`There is no user "${words[0] ?? ''}". spine user list shows them.`);
    return EXIT.refused;
  }
  const rows = rowsOf(user);
  const lines = rows.map(
    ({ roleProfileId, ods, jobRole, isCurrent, effective }) =>
      `${roleProfileId}  ${ods.padEnd(8)} ${jobRole}  ${isCurrent ? 'holds' : 'over or not begun'}  ${effective.join(' ')}`,
  );
  output.result(lines.length === 0 ? 'no role' : lines.join('\n'), rows);
  return EXIT.ok;
}

function rowsOf(user: User) {
  const current = new Set(
    rolesOn(user, londonDate(new Date())).map(({ roleProfileId }) => roleProfileId),
  );
  return user.roleProfiles.map((profile: RoleProfile) => ({
    ...profile,
    isCurrent: current.has(profile.roleProfileId),
    effective: [...effectiveActivities(profile)].toSorted((one, two) => (one < two ? -1 : 1)),
  }));
}

/** Null when it is not given; undefined when it is no day. */
function dayOption(invocation: Invocation, flag: string): LondonDate | null | undefined {
  const text = textOption(invocation, flag);
  return text === null ? null : (parseLondonDate(text) ?? undefined);
}
