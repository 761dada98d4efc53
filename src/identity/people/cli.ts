import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { readJson } from '../../cli/read-json.ts';
import { storeCommand } from '../../installation/store-command.ts';
import type { Database } from '../../platform/database.ts';
import { bringPeople, bringWords } from '../registration/index.ts';
import { contentsWords } from './contents.ts';
import { displayName, findUser, listUsers, type User } from './index.ts';

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
    options: [
      {
        flag: 'by',
        value: 'user id',
        help: 'the manager who asks for it: needed in a live installation, where another person approves',
      },
    ],
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

async function importFile(invocation: Invocation, database: Database): Promise<number> {
  const { words, output } = invocation;
  const [file] = words;
  const say = (code: number, ...problems: readonly string[]): number => {
    for (const problem of problems) output.progress(`spine user import: ${problem}`);
    return code;
  };
  if (file === undefined) return say(EXIT.wrongUse, 'name the file');
  const value = await readJson(file);
  if ('problem' in value) return say(EXIT.wrongUse, value.problem);
  const by = { userId: textOption(invocation, 'by'), at: new Date() };
  const brought = await bringPeople(database, value.json, by);
  if (!brought.ok) {
    const isUse = ['FileWrong', 'BringerMissing'].includes(brought.error.kind);
    return say(isUse ? EXIT.wrongUse : EXIT.refused, ...bringWords(brought.error));
  }
  const { kind, organisations, people } = brought.value;
  const counts = contentsWords({ organisations: organisations.length, people: people.length });
  const text =
    kind === 'imported'
      ? `imported: ${counts}`
      : `${brought.value.requestId}  ${counts}: another person approves it with spine ra approve`;
  output.result(text, brought.value);
  return EXIT.ok;
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
