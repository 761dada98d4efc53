import { type Command, EXIT, type Invocation, textOption } from '../cli/command.ts';
import { parsePortBase } from '../installation/addresses.ts';
import { findState } from '../installation/state-file.ts';
import { storeCommand } from '../installation/store-command.ts';
import {
  type Cards,
  cardsOf,
  certificatesOf,
  findCard,
  openCard,
  refusalWords,
} from '../identity/index.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { pkiUrlOf } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { type OpenCard, openBrokerClient, type SignedIn } from './broker-client.ts';

/** What the holder of a card does with it. */
export const agentCommands: readonly Command[] = [
  storeCommand({
    name: 'card login',
    summary: 'log in at the broker with a card whose keys are in a file, and choose a role',
    usage: '<card number, or user id of its holder>',
    options: [
      { flag: 'pin', value: 'digits', help: 'passcode; a wrong one counts' },
      { flag: 'role', value: 'id', help: 'role profile, for somebody who has several' },
    ],
    examples: [
      { line: 'spine card login 555900040101 --pin 246810', explanation: 'shows ticket and role' },
      {
        line: 'spine card login 555900130101 --pin 246810 --role 555900130104',
        explanation: 'in the second of two roles',
      },
      {
        line: 'spine card login 555900040101 --pin 246810 -o json',
        explanation: 'with all that an application is told of the user',
      },
    ],
    work: logIn,
  }),
];

async function logIn(invocation: Invocation, database: Database): Promise<number> {
  const { output } = invocation;
  const addresses = addressesOf(invocation);
  if (addresses === null) {
    output.progress('spine card login: no Spine runs here; name the address of one with --at');
    return EXIT.notReachable;
  }
  const card = await cardIn(invocation, { database, pkiUrl: pkiUrlOf(process.env) });
  if (!card.ok) {
    output.progress(card.error);
    return EXIT.refused;
  }
  const agent = openBrokerClient(addresses);
  const done = await agent.logIn(card.value);
  if (!done.ok) return refused(invocation, done.error);
  const { ticket } = done.value;
  const role = textOption(invocation, 'role') ?? done.value.roles[0]?.id ?? '';
  const chosen = await agent.chooseRole(ticket, role);
  if (!chosen.ok) return refused(invocation, chosen.error);
  const told = await agent.assertion(ticket);
  if (!told.ok) return refused(invocation, told.error);
  output.result(page(done.value, role), {
    ...done.value,
    role,
    attributes: Object.fromEntries(told.value),
  });
  return EXIT.ok;
}

function page({ name, userId, roles, ticket }: SignedIn, role: string): string {
  const lines = roles.map(({ id, name: words }) => `${id === role ? '*' : ' '} ${id}  ${words}`);
  return [`${name}, ${userId}`, ...lines, ticket].join('\n');
}

function refused(
  { output }: Invocation,
  { concerns, code, text }: { concerns: string; code: string; text: string },
): number {
  output.progress(`${text}. (${code}; it concerns the ${concerns})`);
  return concerns === 'service' ? EXIT.notReachable : EXIT.refused;
}

/** Both datacentres of the Spine that runs on this machine, or the one that was named. */
function addressesOf(invocation: Invocation): readonly string[] | null {
  const { at } = invocation.globals;
  if (at !== null) return [at.replace(/\/+$/, '')];
  const base = parsePortBase(textOption(invocation, 'port-base') ?? '');
  const found = base === null ? null : findState(base);
  return found?.kind === 'running' ? [found.state.apiA, found.state.apiB] : null;
}

async function cardIn(invocation: Invocation, cards: Cards): Promise<Result<OpenCard, string>> {
  const [word = ''] = invocation.words;
  const { database } = cards;
  const found = (await findCard(database, word)) ?? (await cardsOf(database, word))[0] ?? null;
  if (found === null) return fail(`No card is known as "${word}". spine card list shows them.`);
  const { cardNumber, userId } = found;
  const by = { userId, at: new Date() };
  const opened = await openCard(cards, cardNumber, textOption(invocation, 'pin') ?? '', by);
  if (!opened.ok) return fail(refusalWords(opened.error));
  const certificates = await certificatesOf(database, cardNumber);
  const certificate = certificates.find(({ purpose }) => purpose === 'login')?.der;
  if (certificate === undefined) return fail(`Card ${cardNumber} has no log-in certificate.`);
  const sign = (bytes: Buffer): Promise<Buffer> => opened.value.sign('login', 'sha256', bytes);
  return ok({ userId, certificate, digest: 'sha256', sign });
}
