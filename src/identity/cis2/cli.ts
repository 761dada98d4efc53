import { type Command, EXIT, type Invocation } from '../../cli/command.ts';
import { readJson } from '../../cli/read-json.ts';
import { storeCommand } from '../../installation/store-command.ts';
import type { Database } from '../../platform/database.ts';
import { parseRelyingPartyFile, type RelyingParty } from './relying-party.ts';
import {
  findRelyingParty,
  importRelyingParties,
  listRelyingParties,
  revokeRelyingParty,
} from './repository.ts';

const EXAMPLES = [
  { line: 'spine relying-party list', explanation: 'every application that signs users in' },
  {
    line: 'spine relying-party import parties.json',
    explanation: 'adds or replaces what the file says',
  },
  {
    line: 'spine relying-party revoke 969567331415.apps.national',
    explanation: 'it signs nobody in from now on, and its tokens are over',
  },
] as const;

/** What an operator does with the applications that sign their users in through the CIS2 face. */
export const relyingPartyCommands: readonly Command[] = [
  storeCommand({
    name: 'relying-party import',
    summary: 'add applications that sign their users in, with the ids that a file gives them',
    usage: '<file>',
    options: [],
    examples: EXAMPLES,
    work: importFile,
  }),
  storeCommand({
    name: 'relying-party list',
    summary: 'list the applications that sign their users in',
    options: [],
    examples: EXAMPLES,
    async work({ output }, database) {
      const parties = (await listRelyingParties(database)).map(shown);
      const lines = parties.map(
        ({ clientId, status, name }) => `${clientId}  ${status.padEnd(8)} ${name}`,
      );
      output.result(lines.join('\n'), parties);
      return EXIT.ok;
    },
  }),
  storeCommand({
    name: 'relying-party show',
    summary: 'show an application that signs its users in',
    usage: '<client id>',
    options: [],
    examples: EXAMPLES,
    async work({ words, output }, database) {
      const party = await findRelyingParty(database, words[0] ?? '');
      if (party === null) return unknown(words[0], output);
      output.result(JSON.stringify(shown(party), null, 2), shown(party));
      return EXIT.ok;
    },
  }),
  storeCommand({
    name: 'relying-party revoke',
    summary: 'let an application sign nobody in any more',
    usage: '<client id>',
    options: [],
    examples: EXAMPLES,
    async work({ words, output }, database) {
      const party = await findRelyingParty(database, words[0] ?? '');
      if (party === null) return unknown(words[0], output);
      const isDone = await revokeRelyingParty(database, party.clientId, new Date());
      const word = isDone ? 'revoked' : 'was revoked before';
      output.result(`${party.name} ${word}`, { clientId: party.clientId, isDone });
      return isDone ? EXIT.ok : EXIT.refused;
    },
  }),
];

async function importFile({ words, output }: Invocation, database: Database): Promise<number> {
  const [file] = words;
  const wrong = (...problems: readonly string[]): number => {
    for (const problem of problems) output.progress(`spine relying-party import: ${problem}`);
    return EXIT.wrongUse;
  };
  if (file === undefined) return wrong('name the file');
  const value = await readJson(file);
  if ('problem' in value) return wrong(value.problem);
  const parties = parseRelyingPartyFile(value.json);
  if (!parties.ok) return wrong(...parties.error);
  await importRelyingParties(database, parties.value, new Date());
  const names = parties.value.map(({ name }) => name);
  output.result(`${names.length} imported: ${names.join(', ')}`, { imported: names });
  return EXIT.ok;
}

/** Without the digest of its secret, which is of use to nobody else. */
function shown({ secretDigest: _digest, ...party }: RelyingParty) {
  return party;
}

function unknown(word: string | undefined, output: Invocation['output']): number {
  output.progress(
    `There is no relying party "${word ?? ''}". spine relying-party list shows them.`,
  );
  return EXIT.refused;
}
