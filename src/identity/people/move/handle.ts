import { findOrganisations } from '../../../directory/index.ts';
import type { LondonDate } from '../../../kernel/london.ts';
import type { Database } from '../../../platform/database.ts';
import { ACTIVITIES } from '../../rbac/activities.ts';
import { jobRoleName, type JobRoleNames, jobRoleNames } from '../../rbac/index.ts';
import { importPeople } from '../import/repository.ts';
import { importWords } from '../import/refusal.ts';
import type { NewPerson } from '../people-file.ts';
import type { RoleProfile, User } from '../person.ts';
import { findUsers } from '../repository.ts';

/** A role profile as an older Spine had it. */
export type MovedRole = Pick<
  RoleProfile,
  'roleProfileId' | 'ods' | 'jobRole' | 'activities' | 'startsOn' | 'endsOn'
> & { readonly userId: string };

type Known = {
  readonly users: ReadonlyMap<string, User>;
  readonly organisations: ReadonlySet<string>;
  readonly names: JobRoleNames;
};

/**
 * Takes over the roles of people who are known here, as they were there; one that has ended in either Spine has ended
 * [MIGRATION 5, M15]. Who may do less by it loses the tokens that say more. Answers why not, by role profile.
 */
export async function moveRoles(
  database: Database,
  roles: readonly MovedRole[],
  at: Date,
): Promise<Map<string, string>> {
  const known = await knownTo(database, roles);
  const refused = new Map<string, string>();
  const byUser = new Map<string, RoleProfile[]>();
  for (const role of roles) {
    const found = profileOf(role, known);
    if (typeof found === 'string') refused.set(role.roleProfileId, found);
    else byUser.set(role.userId, [...(byUser.get(role.userId) ?? []), found]);
  }
  const people = [...byUser].flatMap(([userId, roleProfiles]) => {
    const user = known.users.get(userId);
    return user === undefined ? [] : [personOf(user, roleProfiles)];
  });
  for (const [id, because] of await keep(database, people, at)) refused.set(id, because);
  return refused;
}

/** All of them at once; where one cannot be kept, each half by itself, until that one stands alone. */
async function keep(
  database: Database,
  people: readonly NewPerson[],
  at: Date,
): Promise<[roleProfileId: string, because: string][]> {
  if (people.length === 0) return [];
  const kept = await importPeople(database, { organisations: [], people }, at);
  if (kept.ok) return [];
  if (people.length > 1) {
    const half = Math.ceil(people.length / 2);
    const first = await keep(database, people.slice(0, half), at);
    return [...first, ...(await keep(database, people.slice(half), at))];
  }
  const because = importWords(kept.error);
  return people.flatMap(({ roleProfiles }) =>
    roleProfiles.map(({ roleProfileId }): [string, string] => [roleProfileId, because]),
  );
}

async function knownTo(database: Database, roles: readonly MovedRole[]): Promise<Known> {
  const users = await findUsers(database, [...new Set(roles.map(({ userId }) => userId))]);
  const codes = [...new Set(roles.map(({ ods }) => ods))];
  const organisations = await findOrganisations(database, codes);
  return {
    users: new Map(users.map((user) => [user.userId, user])),
    organisations: new Set(organisations.map(({ ods }) => ods)),
    names: await jobRoleNames(database),
  };
}

/** Or why it cannot be. */
function profileOf(role: MovedRole, { users, organisations, names }: Known): RoleProfile | string {
  const { userId, ...given } = role;
  const before = users
    .get(userId)
    ?.roleProfiles.find(({ roleProfileId }) => roleProfileId === role.roleProfileId);
  const name = jobRoleName(role.jobRole, names);
  const unknown = role.activities.find((code) => !Object.hasOwn(ACTIVITIES, code));
  if (!users.has(userId)) return 'nobody of this user id is known here';
  if (!/^\d{12}$/.test(role.roleProfileId)) return 'its id is not 12 digits';
  if (!organisations.has(role.ods)) return 'its organisation is not known here';
  if (name === null) return 'its job role has no name here';
  if (unknown !== undefined) return 'an activity of it is not known here';
  const ends = [role.endsOn, before?.endsOn ?? null].filter((day) => day !== null).toSorted();
  const endsOn: LondonDate | null = ends[0] ?? null;
  if (role.startsOn !== null && endsOn !== null && endsOn < role.startsOn) {
    return 'it ends before it begins';
  }
  return {
    ...given,
    jobRoleName: name,
    areasOfWork: before?.areasOfWork ?? [],
    workgroups: before?.workgroups ?? [],
    endsOn,
  };
}

/** As they are known here, with these roles. */
function personOf(user: User, roleProfiles: readonly RoleProfile[]): NewPerson {
  const { mergedInto: _, memberships, ...person } = user;
  const members = new Set(memberships.map(({ ods }) => ods));
  const codes = new Set(roleProfiles.map(({ ods }) => ods));
  const implied = [...codes]
    .filter((ods) => !members.has(ods))
    .map((ods) => ({ membershipId: null, ods, openedOn: null, closedOn: null }));
  return {
    ...person,
    memberships: [
      ...memberships.map(({ organisationName: _name, ...membership }) => membership),
      ...implied,
    ],
    roleProfiles,
  };
}
