import { parsePortBase } from './addresses.ts';
import { banner, environment } from './banner.ts';
import { datacentreCommands } from './datacentre-commands.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import type { Parts } from './parts.ts';
import { answersPing } from './ping.ts';
import { findState } from './state-file.ts';
import { databaseUrlOf, PORT_BASE, storeCommand } from './store-command.ts';
import { up } from './up.ts';
import {
  type Command,
  EXIT,
  type Invocation,
  isSet,
  type Option,
  textOption,
} from '../cli/command.ts';

/** The life cycle of a Spine on this machine [EXPERIENCE 2]. */
export function installationCommands(parts: Parts): readonly Command[] {
  return [
    upCommand(parts),
    DOWN,
    STATUS,
    ...datacentreCommands,
    schemaCommand(parts),
    doctorCommand(parts),
    versionCommand(parts),
  ];
}

const UP_OPTIONS: readonly Option[] = [
  {
    flag: 'data',
    value: 'dir',
    help: 'keep the data in this folder (else they are temporary)',
  },
  PORT_BASE,
  { flag: 'auto-port', help: 'take the next free block of ports' },
  {
    flag: 'seed',
    value: 'n',
    help: 'which synthetic prescriptions it starts with',
    default: '1',
  },
  {
    flag: 'datacentres',
    value: '1|2',
    help: '2: a database of its own for each, every commit in both',
    default: '1',
    choices: ['1', '2'],
  },
  { flag: 'run-as', value: 'user', help: 'as root: the account that PostgreSQL runs as' },
  {
    flag: 'mode',
    value: 'test|live',
    help: 'live: no synthetic people, no test controls',
    default: 'test',
    choices: ['test', 'live'],
  },
];

function upCommand(parts: Parts): Command {
  return {
    name: 'up',
    summary: 'start a whole Spine on this machine, in the foreground',
    options: UP_OPTIONS,
    examples: [
      {
        line: 'spine up',
        explanation: 'A test system with temporary data; Ctrl-C removes it all.',
      },
      { line: 'spine up --data ./spine-data', explanation: 'The same, and the data are kept.' },
      { line: 'spine up --auto-port', explanation: 'A further one, beside one that runs already.' },
    ],
    run: (invocation) =>
      withPortBase(invocation, (portBase) => {
        const options = {
          data: textOption(invocation, 'data'),
          portBase,
          autoPort: isSet(invocation, 'auto-port'),
          isReplicated: textOption(invocation, 'datacentres') === '2',
          runAs: textOption(invocation, 'run-as'),
          seed: Number(textOption(invocation, 'seed')) || 0,
          mode: textOption(invocation, 'mode') === 'live' ? ('live' as const) : ('test' as const),
          databaseUrl: process.env['DATABASE_URL'] || null,
        };
        return up(options, parts, invocation.output);
      }),
  };
}

const DOWN: Command = {
  name: 'down',
  summary: 'stop the Spine that runs on this machine',
  options: [PORT_BASE],
  examples: [
    { line: 'spine down', explanation: 'Stops it and waits until all of it has ended.' },
    { line: 'spine down --port-base 5400', explanation: 'Stops the one with these ports.' },
    { line: 'spine down -o json', explanation: 'Says as data what was stopped.' },
  ],
  run: (invocation) => withPortBase(invocation, (base) => down(base, invocation.output)),
};

const STATUS: Command = {
  name: 'status',
  summary: 'show the addresses of the Spine that runs on this machine',
  options: [
    PORT_BASE,
    { flag: 'show', help: 'with the address of the database, password included' },
  ],
  formats: ['env'],
  examples: [
    { line: 'spine status', explanation: 'The banner of spine up once more.' },
    { line: 'spine status -o json', explanation: 'The same as data.' },
    {
      line: 'eval "$(spine status -o env)"',
      explanation: 'Sets OPENSPINE_URL and more in a shell.',
    },
  ],
  run: (invocation) => withPortBase(invocation, (base) => status(base, invocation)),
};

function doctorCommand(parts: Parts): Command {
  return {
    name: 'doctor',
    summary: 'look for what is wrong on this machine, and say how to mend it',
    options: [PORT_BASE],
    examples: [
      {
        line: 'spine doctor',
        explanation: 'A line for each check: ok, warn or fail, and what to do.',
      },
      { line: 'spine doctor -o ndjson', explanation: 'The same as data, a check on each line.' },
      { line: 'spine doctor --port-base 5400', explanation: 'Checks these ports.' },
    ],
    run: (invocation) => withPortBase(invocation, (base) => doctor(base, parts, invocation.output)),
  };
}

/** On real hosts: before the processes of a release are started, those of the release before still run. */
function schemaCommand(parts: Parts): Command {
  return storeCommand({
    name: 'schema apply',
    summary: 'bring the schema of the database up to this release',
    options: [],
    examples: [
      {
        line: 'spine schema apply',
        explanation: 'In the database of DATABASE_URL; the processes of the release before go on.',
      },
      { line: 'spine schema apply && systemctl restart openspine', explanation: 'Then this one.' },
      { line: 'spine schema apply -o json', explanation: 'How many files were new, as data.' },
    ],
    work: async ({ output }, _database, url) => {
      const { applied, total } = await parts.migrate(url);
      output.result(`${applied} of ${total} migrations were new.`, { applied, total });
      return EXIT.ok;
    },
  });
}

function versionCommand(parts: Parts): Command {
  return {
    name: 'version',
    summary: 'show the version',
    options: [],
    examples: [
      { line: 'spine version', explanation: 'The version of this checkout and of its Node.' },
      { line: 'spine version -o json', explanation: 'The same as data.' },
      { line: 'spine status -o json', explanation: 'The version that runs, which may be another.' },
    ],
    run: async ({ output }) => {
      const { version } = parts;
      const node = process.versions.node;
      output.result(`openspine ${version} (Node ${node})`, { version, node });
      return EXIT.ok;
    },
  };
}

async function status(portBase: number, invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const found = findState(portBase);
  if (found.kind !== 'running' || !found.state.isReady) {
    const words = found.kind === 'running' ? 'is still starting' : 'does not run';
    output.progress(`spine status: the Spine on port ${portBase} ${words}; spine up starts it`);
    return EXIT.notReachable;
  }
  const { state } = found;
  const databaseUrl = isSet(invocation, 'show') ? databaseUrlOf(state) : null;
  const shown = databaseUrl === null ? state : { ...state, databaseUrl };
  const answers = (await answersPing(state.apiA)) || (await answersPing(state.apiB));
  const since = `Running since ${state.startedAt} (process ${state.pid}).`;
  const last = answers ? since : `${since} It does not answer.`;
  if (output.format === 'env') output.raw(environment(state, databaseUrl));
  else output.result(banner(state, databaseUrl === null ? last : `${last}\n${databaseUrl}`), shown);
  return answers ? EXIT.ok : EXIT.notReachable;
}

async function withPortBase(
  invocation: Invocation,
  run: (portBase: number) => Promise<number>,
): Promise<number> {
  const typed = textOption(invocation, 'port-base') ?? '';
  const portBase = parsePortBase(typed);
  if (portBase !== null) return run(portBase);
  invocation.output.progress(`--port-base is a number from 1024 to 65481, not "${typed}"`);
  return EXIT.wrongUse;
}
