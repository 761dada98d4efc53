import { type Command, EXIT, type Invocation } from '../../cli/command.ts';
import { readJson } from '../../cli/read-json.ts';
import { storeCommand } from '../../installation/store-command.ts';
import type { Database } from '../../platform/database.ts';
import {
  displayName,
  findUser,
  importPeople,
  listUsers,
  parsePeopleFile,
  type User,
} from './index.ts';
import type { ImportRefusal } from './repository.ts';

const EXAMPLES = [
  { line: 'spine user list FA565', explanation: 'everybody of an organisation, a line each' },
  { line: 'spine user show 555900040101 -o json', explanation: 'all that is known of a person' },
  { line: 'spine user import people.json', explanation: 'adds or replaces what the file says' },
] as const;

/** What an operator does with the directory of people. */
export const userCommands: readonly Command[] = [
  storeCommand({
    name: 'user import',
    summary: 'add organisations and people, with the ids that a file gives them',
    usage: '<file>',
    options: [],
    examples: EXAMPLES,
    work: importFile,
  }),
  storeCommand({
    name: 'user list',
    summary: 'list people; only those with a word in their name, id or organisation',
    usage: '[word]',
    options: [],
    examples: EXAMPLES,
    async work({ words, output }, database) {
      const users = await listUsers(database, { word: words[0] ?? '' });
      output.result(users.map(line).join('\n'), users);
      return EXIT.ok;
    },
  }),
  storeCommand({
    name: 'user show',
    summary: 'show a person: organisations, role profiles, activities',
    usage: '<user id>',
    options: [],
    examples: EXAMPLES,
    async work({ words, output }, database) {
      const [userId = ''] = words;
      const user = await findUser(database, userId);
      if (user === null) {
        output.progress(`There is no user "${userId}". spine user list shows them.`);
        return EXIT.refused;
      }
      output.result(page(user), user);
      return EXIT.ok;
    },
  }),
];

async function importFile({ words, output }: Invocation, database: Database): Promise<number> {
  const [file] = words;
  const say = (code: number, ...problems: readonly string[]): number => {
    for (const problem of problems) output.progress(`spine user import: ${problem}`);
    return code;
  };
  if (file === undefined) return say(EXIT.wrongUse, 'name the file');
  const value = await readJson(file);
  if ('problem' in value) return say(EXIT.wrongUse, value.problem);
  const people = parsePeopleFile(value.json);
  if (!people.ok) return say(EXIT.wrongUse, ...people.error);
  const done = await importPeople(database, people.value, new Date());
  if (!done.ok) return say(EXIT.refused, refusalText(done.error));
  const imported = {
    organisations: people.value.organisations.map(({ ods }) => ods),
    people: people.value.people.map(({ userId }) => userId),
  };
  const counts = `${imported.organisations.length} organisations, ${imported.people.length} people`;
  output.result(`imported: ${counts}`, imported);
  return EXIT.ok;
}

function refusalText(refusal: ImportRefusal): string {
  if (refusal.kind === 'OrganisationUnknown') {
    return `no organisation is known as ${refusal.codes.join(', ')}; add it to "organisations"`;
  }
  return `a ${refusal.what} of this file has the id of another person's`;
}

function line(user: User): string {
  const places = user.memberships.map(({ ods }) => ods).join(' ');
  return `${user.userId}  ${user.status.padEnd(8)} ${places.padEnd(12)} ${displayName(user)}`;
}

function page(user: User): string {
  const head = `${user.userId}  ${displayName(user)}  ${user.status}, identity proved to level ${user.idAssuranceLevel}`;
  const roles = user.roleProfiles.map((profile) => {
    const { roleProfileId, ods, organisationName, jobRole, jobRoleName, activities } = profile;
    const span = `${profile.startsOn ?? ''}..${profile.endsOn ?? ''}`;
    return [
      `  ${roleProfileId}  ${ods} ${organisationName}  ${span === '..' ? '' : span}`.trimEnd(),
      `                ${jobRole} ${jobRoleName}`,
      ...(activities.length === 0 ? [] : [`                ${activities.join(' ')}`]),
    ].join('\n');
  });
  return [head, ...(roles.length === 0 ? ['  no role'] : roles)].join('\n');
}
