import { type Command, EXIT, type Invocation } from '../../cli/command.ts';
import { readJson } from '../../cli/read-json.ts';
import { systemsWithAsids } from '../../directory/index.ts';
import { storeCommand } from '../../installation/store-command.ts';
import { type Database, violatedConstraint } from '../../platform/database.ts';
import { accreditationFaults } from './accreditation.ts';
import type { Client } from './client.ts';
import { parseClientFile } from './parse.ts';
import { findClientNamed, importClients, listClients, revokeClient } from './repository.ts';

const EXAMPLES = [
  { line: 'spine client list', explanation: 'every application, a line each' },
  { line: 'spine client import clients.json', explanation: 'adds or replaces what the file says' },
  { line: 'spine client revoke "Station Road"', explanation: 'its tokens are refused from now on' },
] as const;

/** What an operator does with client applications. */
export const clientCommands: readonly Command[] = [
  storeCommand({
    name: 'client import',
    summary: 'add client applications, with the ids and keys that a file gives them',
    usage: '<file>',
    options: [],
    examples: EXAMPLES,
    work: importFile,
  }),
  storeCommand({
    name: 'client list',
    summary: 'list the client applications',
    options: [],
    examples: EXAMPLES,
    async work({ output }, database) {
      const clients = await listClients(database);
      output.result(clients.map(line).join('\n'), clients);
      return EXIT.ok;
    },
  }),
  storeCommand({
    name: 'client show',
    summary: 'show a client application',
    usage: '<name, key or id>',
    options: [],
    examples: EXAMPLES,
    work: (invocation, database) =>
      withClient(invocation, database, (client) => {
        invocation.output.result(JSON.stringify(client, null, 2), client);
        return EXIT.ok;
      }),
  }),
  storeCommand({
    name: 'client revoke',
    summary: 'take a client application its tokens away, now and for the future',
    usage: '<name, key or id>',
    options: [],
    examples: EXAMPLES,
    work: (invocation, database) =>
      withClient(invocation, database, async (client) => {
        const isDone = await revokeClient(database, client, new Date());
        const word = isDone ? 'revoked' : 'was revoked before';
        invocation.output.result(`${client.name} ${word}`, { name: client.name, isDone });
        return isDone ? EXIT.ok : EXIT.refused;
      }),
  }),
];

async function importFile({ words, output }: Invocation, database: Database): Promise<number> {
  const [file] = words;
  const wrong = (problems: readonly string[]): number => {
    for (const problem of problems) output.progress(`spine client import: ${problem}`);
    return EXIT.wrongUse;
  };
  if (file === undefined) return wrong(['name the file']);
  const value = await readJson(file);
  if ('problem' in value) return wrong([value.problem]);
  const clients = parseClientFile(value.json);
  if (!clients.ok) return wrong(clients.error);
  if (clients.value.length === 0) return wrong(['the file has no client']);
  const asids = clients.value.flatMap(({ asid }) => (asid === null ? [] : [asid]));
  const faults = accreditationFaults(clients.value, await systemsWithAsids(database, asids));
  for (const fault of faults) output.progress(`spine client import: ${fault}`);
  if (faults.length > 0) return EXIT.refused;
  try {
    await importClients(database, clients.value, new Date());
  } catch (error) {
    const column = /client_(name|application_key)_key/.exec(violatedConstraint(error) ?? '')?.[1];
    if (column === undefined) throw error;
    const what = column === 'name' ? 'name' : 'key';
    output.progress(`spine client import: another application has a ${what} of this file`);
    return EXIT.refused;
  }
  const names = clients.value.map(({ name }) => name);
  output.result(`${names.length} imported: ${names.join(', ')}`, { imported: names });
  return EXIT.ok;
}

async function withClient(
  { words, output }: Invocation,
  database: Database,
  work: (client: Client) => number | Promise<number>,
): Promise<number> {
  const [word = ''] = words;
  const client = await findClientNamed(database, word);
  if (client !== null) return work(client);
  output.progress(`There is no application "${word}". spine client list shows them.`);
  return EXIT.refused;
}

function line({ name, key, status, organisation }: Client): string {
  return `${key}  ${status.padEnd(8)} ${(organisation ?? '').padEnd(8)} ${name}`;
}
