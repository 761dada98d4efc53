import { ODS_CODE, type Organisation, readOrganisation } from '../../directory/index.ts';
import { JsonReader } from '../../kernel/json-reader.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { ACTIVITIES } from '../rbac/activities.ts';
import {
  BUILT_IN_NAMES,
  JOB_ROLE_CODE,
  jobRoleName,
  type JobRoleNames,
} from '../rbac/job-roles.ts';
import {
  type Membership,
  type Named,
  type Person,
  PROFESSIONAL_REGISTERS,
  type ProfessionalIds,
  type RoleProfile,
} from './person.ts';

/** A person as a file says it; an id of a membership that is null is made when it is kept. */
export type NewPerson = Person & {
  readonly memberships: readonly NewMembership[];
  readonly roleProfiles: readonly RoleProfile[];
};

export type NewMembership = Omit<Membership, 'membershipId'> & {
  readonly membershipId: string | null;
};

export type PeopleFile = {
  readonly organisations: readonly Organisation[];
  readonly people: readonly NewPerson[];
};

/**
 * Reads `{"organisations": […], "people": […]}`; all problems at once, each with its place. Described in
 * docs/reference/people-file.md.
 */
export function parsePeopleFile(
  value: unknown,
  names: JobRoleNames = BUILT_IN_NAMES,
): Result<PeopleFile, readonly string[]> {
  const problems: string[] = [];
  const from = new JsonReader(value, '', problems);
  const file = {
    organisations: from.each('organisations', readOrganisation),
    people: from.each('people', (person) => readPerson(person, names)),
  };
  from.done();
  refuseTwice(
    'organisation',
    file.organisations.map(({ ods }) => ods),
    problems,
  );
  refuseTwice(
    'user id',
    file.people.map(({ userId }) => userId),
    problems,
  );
  const profiles = file.people.flatMap(({ roleProfiles }) => roleProfiles);
  refuseTwice(
    'role profile',
    profiles.map(({ roleProfileId }) => roleProfileId),
    problems,
  );
  const memberships = file.people.flatMap((person) => person.memberships);
  refuseTwice(
    'membership',
    memberships.flatMap(({ membershipId }) => membershipId ?? []),
    problems,
  );
  if (file.organisations.length + file.people.length === 0 && problems.length === 0) {
    problems.push('The file has neither people nor organisations.');
  }
  return problems.length === 0 ? ok(file) : fail(problems);
}

const NAME = /^\p{L}[\p{L} .'’-]{0,59}$/u;
const ID = /^\d{12}$/;
const ID_WORDS = '12 digits';

function readPerson(from: JsonReader, names: JobRoleNames): NewPerson {
  const person = {
    userId: from.text('userId', ID, ID_WORDS),
    title: from.optionalText('title', NAME, 'a title, as Dr'),
    given: from.text('given', NAME, 'a name: letters, blanks, . - and apostrophes'),
    family: from.text('family', NAME, 'a name: letters, blanks, . - and apostrophes'),
    email: from.optionalText('email', /^[^\s@]{1,64}@[\w.-]{1,190}$/, 'an e-mail address'),
    status: from.one('status', ['active', 'inactive'] as const, 'active'),
    idAssuranceLevel: from.one<number>('idAssuranceLevel', [0, 1, 2, 3], 3),
    prescriberCode: from.optionalText('prescriberCode', /^[A-Z0-9]{4,12}$/, 'a code, as C9999901'),
    professionalIds: from.object('professionalIds', readProfessionalIds),
    isSynthetic: from.isTrue('synthetic'),
  };
  const named = from.each('memberships', readMembership);
  const roleProfiles = from.each('roleProfiles', (role) => readRoleProfile(role, names));
  from.done();
  const members = named.map(({ ods }) => ods);
  refuseTwice('organisation', members, { push: (text) => from.problem('memberships', text) });
  return { ...person, memberships: [...named, ...impliedBy(roleProfiles, members)], roleProfiles };
}

/** Whoever has a role in an organisation is a member of it; a file need not say so. */
function impliedBy(profiles: readonly RoleProfile[], members: readonly string[]): NewMembership[] {
  const codes = new Set(profiles.map(({ ods }) => ods));
  return [...codes]
    .filter((ods) => !members.includes(ods))
    .map((ods) => ({ membershipId: null, ods, openedOn: null, closedOn: null }));
}

function readProfessionalIds(from: JsonReader): ProfessionalIds {
  const found = PROFESSIONAL_REGISTERS.flatMap((register) => {
    const number = from.optionalText(register, /^[A-Z0-9]{4,12}$/, 'a number of that register');
    return number === null ? [] : [[register, number] as const];
  });
  from.done();
  return Object.fromEntries(found);
}

function readMembership(from: JsonReader): NewMembership {
  const membership = {
    membershipId: from.optionalText('id', ID, ID_WORDS),
    ods: from.text('organisation', ODS_CODE, 'an ODS code'),
    openedOn: from.optionalDay('openedOn'),
    closedOn: from.optionalDay('closedOn'),
  };
  from.done();
  const { openedOn, closedOn } = membership;
  if (openedOn !== null && closedOn !== null && closedOn < openedOn) {
    from.problem('closedOn', 'must not be before openedOn');
  }
  return membership;
}

function readRoleProfile(from: JsonReader, names: JobRoleNames): RoleProfile {
  const jobRole = from.text(
    'jobRole',
    JOB_ROLE_CODE,
    'a job role of three parts, as S8000:G8000:R8001',
  );
  const profile = {
    roleProfileId: from.text('id', ID, ID_WORDS),
    ods: from.text('organisation', ODS_CODE, 'an ODS code'),
    jobRole,
    jobRoleName: readJobRoleName(from, jobRole, names),
    areasOfWork: from.each('areasOfWork', (area) =>
      readNamed(area, /^P\d{4}:Q\d{4}:T\d{4}$/, 'an area of work, as P0020:Q0300:T0640'),
    ),
    activities: readActivities(from),
    workgroups: from.each('workgroups', (group) => readNamed(group, ID, ID_WORDS)),
    startsOn: from.optionalDay('startsOn'),
    endsOn: from.optionalDay('endsOn'),
  };
  from.done();
  const { startsOn, endsOn } = profile;
  if (startsOn !== null && endsOn !== null && endsOn < startsOn) {
    from.problem('endsOn', 'must not be before startsOn');
  }
  return profile;
}

/** The file may name what we have no name for: the national list has more job roles than we know. */
function readJobRoleName(from: JsonReader, jobRole: string, known: JobRoleNames): string {
  const words = 'three quoted parts, as "Clinical":"Clinical Provision":"Nurse Access Role"';
  const given = from.optionalText('jobRoleName', /^"[^"\n]{1,80}"(:"[^"\n]{1,80}"){2}$/, words);
  const name = given ?? jobRoleName(jobRole, known);
  if (name === null && jobRole !== '') {
    from.problem('jobRoleName', `must be given: nothing here knows a name for ${jobRole}`);
  }
  return name ?? '';
}

function readActivities(from: JsonReader): string[] {
  const codes = from.texts('activities', /^B\d{4}$/, 'an activity, as B0570');
  for (const code of codes.filter((code) => !Object.hasOwn(ACTIVITIES, code))) {
    from.problem('activities', `has ${code}, which is no activity that is known`);
  }
  return [...new Set(codes)];
}

function readNamed(from: JsonReader, shape: RegExp, words: string): Named {
  const named = {
    code: from.text('code', shape, words),
    name: from.text('name', /^[^\n\p{C}]{1,120}$/u, 'a name of up to 120 characters'),
  };
  from.done();
  return named;
}

function refuseTwice(
  what: string,
  values: readonly string[],
  problems: { push(text: string): unknown },
): void {
  const twice = values.filter((value, at) => value !== '' && values.indexOf(value) !== at);
  for (const value of new Set(twice)) problems.push(`${what} ${value} is there twice`);
}
