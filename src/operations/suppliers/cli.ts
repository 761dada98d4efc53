import { type Command, EXIT, type Invocation } from '../../cli/command.ts';
import { statusCommand } from '../../installation/status-folder.ts';
import { webhookHostsOf } from '../config.ts';
import { withStore } from '../incidents/answers.ts';
import type { Store } from '../store/repository.ts';
import { type Contact, parseAddress, parseWhose } from './contacts/contact.ts';
import { contactsIn, nameContact, type Naming, removeContact } from './contacts/record.ts';
import { nameOf } from './fault.ts';

const USAGE = '<ods|asid|party> <address>';

const addCommand = statusCommand({
  name: 'contact add',
  summary:
    'name where a site or supplier is told of what fails for them alone; its owner must say yes',
  usage: USAGE,
  options: [],
  examples: [
    { line: 'spine contact add FA565 it@pharmacy.example', explanation: 'of an organisation' },
    {
      line: 'spine contact add 999000000201 https://hooks.supplier.example/spine',
      explanation: 'of a system, by a signed webhook',
    },
    {
      line: 'spine contact add FA565-000001 help@supplier.example',
      explanation: 'of a message handler',
    },
  ],
  work: (invocation, folder) =>
    withStore(folder, (store) => changed(invocation, store, nameContact)),
});

const removeCommand = statusCommand({
  name: 'contact remove',
  summary: 'have nothing more sent there',
  usage: USAGE,
  options: [],
  examples: [
    {
      line: 'spine contact remove FA565 it@pharmacy.example',
      explanation: 'the address is forgotten',
    },
    {
      line: 'spine contact remove 999000000201 https://hooks.supplier.example/spine',
      explanation: 'of a webhook',
    },
    { line: 'spine contact list', explanation: 'which there are' },
  ],
  work: (invocation, folder) =>
    withStore(folder, (store) => changed(invocation, store, removeContact)),
});

const listCommand = statusCommand({
  name: 'contact list',
  summary: 'list where sites and suppliers are told of what fails for them alone',
  options: [],
  examples: [
    { line: 'spine contact list', explanation: 'a line each' },
    { line: 'spine contact list -o json', explanation: 'for a program' },
    { line: 'spine incident list', explanation: 'what they were told of' },
  ],
  work: (invocation, folder) =>
    withStore(folder, (store) => {
      const contacts = contactsIn(store);
      const lines = contacts.map(lineOf);
      const text = lines.length === 0 ? 'No address is named.' : lines.join('\n');
      invocation.output.result(text, contacts);
      return EXIT.ok;
    }),
});

export const contactCommands: readonly Command[] = [addCommand, removeCommand, listCommand];

function changed(
  invocation: Invocation,
  store: Store,
  change: (store: Store, naming: Naming) => ReturnType<typeof nameContact>,
): number {
  const { words, output } = invocation;
  const whose = parseWhose(words[0] ?? '');
  const address = parseAddress(words[1] ?? '', webhookHostsOf(process.env));
  const problem = !whose.ok ? whose.error : address.ok ? null : address.error;
  if (problem !== null || !whose.ok || !address.ok) {
    output.progress(`spine contact: ${problem ?? ''}`);
    return EXIT.wrongUse;
  }
  const done = change(store, { ...address.value, whose: whose.value, at: new Date() });
  if (!done.ok) {
    output.progress(`refused: ${done.error}`);
    return EXIT.refused;
  }
  output.result(lineOf(done.value), done.value);
  return EXIT.ok;
}

function lineOf({ whose, channel, address, confirmedAt }: Contact): string {
  const state = confirmedAt === null ? 'asked, has not said yes yet' : 'is told';
  return `${nameOf(whose).padEnd(24)}  ${channel.padEnd(8)}  ${address}  ${state}`;
}
