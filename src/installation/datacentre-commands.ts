import { parsePortBase } from './addresses.ts';
import { type Answered, give, type Order } from './control.ts';
import { PORT_BASE } from './store-command.ts';
import {
  type Command,
  EXIT,
  type Example,
  type Invocation,
  isSet,
  textOption,
} from '../cli/command.ts';

type Verb = {
  readonly do: Order['do'];
  readonly summary: string;
  readonly takesSite: boolean;
  readonly canBeHard?: boolean;
  readonly examples: Command['examples'];
};

const AGAIN: Example = {
  line: 'spine dc status -o json',
  explanation: 'How all is afterwards, as data.',
};

const example = (line: string, explanation: string): Example => ({ line, explanation });

/** What an operator, or a drill, does to a whole datacentre [EXPERIENCE 2.2]. */
const VERBS: readonly Verb[] = [
  {
    do: 'status',
    summary: 'show how both datacentres and their databases are',
    takesSite: false,
    examples: [
      example('spine dc status', 'Processes, databases, and whether commits are in both.'),
      AGAIN,
      example('spine dc status --port-base 5400', 'Of the one with these ports.'),
    ],
  },
  {
    do: 'drain',
    summary: 'have a datacentre take no new requests, and say where to go',
    takesSite: true,
    examples: [
      example('spine dc drain a', 'The other one takes its work, and its writes.'),
      example('spine dc heal', 'Takes it back.'),
      AGAIN,
    ],
  },
  {
    do: 'fail',
    summary: 'end all programs of a datacentre',
    takesSite: true,
    canBeHard: true,
    examples: [
      example('spine dc fail a', 'In good order.'),
      example('spine dc fail b --hard', 'At once, as when its power fails.'),
      example('spine dc heal', 'Starts them again.'),
    ],
  },
  {
    do: 'partition',
    summary: 'cut a datacentre off from the other and from the witness',
    takesSite: true,
    examples: [
      example('spine dc partition a', 'Needs --datacentres 2, root, iproute2 and nftables.'),
      example('spine dc heal', 'Joins them again.'),
      AGAIN,
    ],
  },
  {
    do: 'heal',
    summary: 'take back every drain, failure and partition',
    takesSite: false,
    examples: [
      example('spine dc heal', 'Everything is started, joined and takes requests.'),
      example('spine dc heal && spine dc status', 'And shows it.'),
      AGAIN,
    ],
  },
  {
    do: 'promote',
    summary: 'have the database of a datacentre take the writes, in good order',
    takesSite: true,
    examples: [
      example('spine dc promote b', 'The other one follows it.'),
      example('spine dc status', 'Shows which one takes the writes.'),
      AGAIN,
    ],
  },
  {
    do: 'roll',
    summary:
      'start the processes of both again, one after the other, with the code that is there now',
    takesSite: false,
    examples: [
      example('spine dc roll', 'Each says where to go before it ends; the other one serves.'),
      example('git pull && spine schema apply && spine dc roll', 'A new release.'),
      AGAIN,
    ],
  },
];

export const datacentreCommands: readonly Command[] = VERBS.map((verb) => ({
  name: `dc ${verb.do}`,
  summary: verb.summary,
  ...(verb.takesSite ? { usage: '<a|b>' } : {}),
  options: [
    PORT_BASE,
    ...(verb.canBeHard ? [{ flag: 'hard', help: 'at once, as when its power fails' }] : []),
  ],
  examples: verb.examples,
  run: (invocation) => run(verb, invocation),
}));

async function run(verb: Verb, invocation: Invocation): Promise<number> {
  const { output, words } = invocation;
  const say = (problem: string, code: number): number => {
    output.progress(`spine dc ${verb.do}: ${problem}`);
    return code;
  };
  const portBase = parsePortBase(textOption(invocation, 'port-base') ?? '');
  if (portBase === null) return say('--port-base is no port', EXIT.wrongUse);
  const site = siteOf(words);
  if (verb.takesSite && site === null) return say('name a datacentre: a or b', EXIT.wrongUse);
  const answer = await give(portBase, { do: verb.do, site, isHard: isSet(invocation, 'hard') });
  if (answer === null) {
    return say(`no Spine runs on port ${portBase}; spine up starts one`, EXIT.notReachable);
  }
  if ('problem' in answer) return say(answer.problem, EXIT.refused);
  output.result(linesOf(answer), answer.status);
  return EXIT.ok;
}

function siteOf([word = '']: readonly string[]): Order['site'] {
  const name = word.toLowerCase();
  return name === 'a' || name === 'b' ? name : null;
}

/** The same for people. */
function linesOf({ status }: Extract<Answered, { status: object }>): string {
  const { processes, databases } = status;
  const lines = (['a', 'b'] as const).map((site) => {
    const database = databases?.sites[site];
    const words =
      databases === null
        ? ''
        : `  database ${database ? `${database.role}, ${database.state}, at ${database.position}` : 'does not answer'}`;
    return `datacentre ${site.toUpperCase()}  ${processes[site].padEnd(8)}${words}`;
  });
  if (databases === null) return [...lines, 'one database for both'].join('\n');
  const { primary, isDurableInBoth, canTakeOver } = databases;
  return [
    ...lines,
    `writes       ${primary === null ? 'nowhere' : `in ${primary.toUpperCase()}`}`,
    `durable      ${isDurableInBoth ? 'in both datacentres' : 'in one datacentre only'}`,
    `takes over   ${canTakeOver === null ? 'nobody yet' : canTakeOver.toUpperCase()}`,
  ].join('\n');
}
