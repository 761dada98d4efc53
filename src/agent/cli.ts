import { type Command, EXIT, type Invocation, textOption } from '../cli/command.ts';
import { storeCommand } from '../installation/store-command.ts';
import type { Result } from '../kernel/result.ts';
import { pkiUrlOf } from '../platform/config.ts';
import { spineHere } from './addresses.ts';
import { type BrokerClient, openBrokerClient, type SignedIn } from './broker-client.ts';
import { type CardInHand, fileCardIn, tokenCardInHand } from './open-card.ts';
import { tokenCommands } from './token-cli.ts';
import { isOnToken, PIN_STDIN, TOKEN_OPTIONS } from './token-options.ts';

export { agentCommand } from './agent-cli.ts';

const LOGIN: Omit<Command, 'run'> = {
  name: 'card login',
  summary: 'log in at the broker with a card, and choose a role',
  usage: '<card number, or user id of its holder; none with --module>',
  options: [
    { flag: 'pin', value: 'digits', help: 'passcode; a wrong one counts' },
    PIN_STDIN,
    { flag: 'role', value: 'id', help: 'role profile, for somebody who has several' },
    ...TOKEN_OPTIONS,
  ],
  examples: [
    { line: 'spine card login 555900040101 --pin 246810', explanation: 'shows ticket and role' },
    {
      line: 'spine card login 555900130101 --pin 246810 --role 555900130104 -o json',
      explanation: 'in the second of two roles, with all that an application is told of the user',
    },
    {
      line: 'spine card login --module /usr/lib/softhsm/libsofthsm2.so --pin 246810',
      explanation: 'with the card in the reader of this machine',
    },
  ],
};

const fileLogin = storeCommand({
  ...LOGIN,
  work: (invocation, database) =>
    logIn(invocation, () => fileCardIn(invocation, { database, pkiUrl: pkiUrlOf(process.env) })),
});

/** What the holder of a card does with it. */
export const agentCommands: readonly Command[] = [
  {
    ...fileLogin,
    run: (invocation) =>
      isOnToken(invocation)
        ? logIn(invocation, () => tokenCardInHand(invocation))
        : fileLogin.run(invocation),
  },
  ...tokenCommands,
];

async function logIn(
  invocation: Invocation,
  open: () => Promise<Result<CardInHand, string>>,
): Promise<number> {
  const { output } = invocation;
  const addresses = addressesOf(invocation);
  if (addresses === null) {
    output.progress('spine card login: no Spine runs here; name the address of one with --at');
    return EXIT.notReachable;
  }
  const card = await open();
  if (!card.ok) {
    output.progress(card.error);
    return EXIT.refused;
  }
  const agent = openBrokerClient(addresses);
  const done = await loggedIn(agent, card.value);
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

/** The card is let go as soon as it has signed, whatever came of it. */
async function loggedIn(agent: BrokerClient, card: CardInHand): ReturnType<BrokerClient['logIn']> {
  try {
    return await agent.logIn(card);
  } finally {
    await card.close();
  }
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

/** The Spine that runs on this machine, or the one that was named. */
function addressesOf(invocation: Invocation): readonly string[] | null {
  const { at } = invocation.globals;
  return at === null ? spineHere(invocation) : [at.replace(/\/+$/, '')];
}
