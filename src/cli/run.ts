import { parseArguments } from './arguments.ts';
import { type Command, EXIT } from './command.ts';
import { commandHelp, overview, suggestion } from './help.ts';
import { joined } from './joined.ts';
import { createOutput, type Output, type Streams } from './output.ts';
import { codeOf, messageOf, Trouble } from '../platform/trouble.ts';

const NOT_REACHABLE: readonly string[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
];

/** Runs the command that the words name, and answers its exit code [EXPERIENCE 2]. */
export async function runCommand(
  given: readonly Command[],
  argv: readonly string[],
  streams: Streams = ownStreams(),
): Promise<number> {
  const commands = joined(given);
  const plain = createOutput('text', streams);
  const [first = '--help'] = argv;
  if (['--help', '-h', 'help'].includes(first)) return help(commands, argv.slice(1), plain);
  const command = find(commands, argv);
  if (command === null) return unknown(commands, argv, plain);
  const parsed = parseArguments(command, argv.slice(command.name.split(' ').length));
  if (!parsed.ok) {
    plain.progress(`spine ${command.name}: ${parsed.error}`);
    plain.progress(`spine ${command.name} --help shows what it takes`);
    return EXIT.wrongUse;
  }
  const { values, words, globals, format, wantsHelp } = parsed.value;
  if (wantsHelp) return help(commands, [command.name], plain);
  const output = createOutput(format, streams);
  try {
    return await command.run({ values, words, globals, output });
  } catch (error) {
    return explain(error, command, globals.debug, output);
  }
}

/** A reader that has gone (`| head`, a closed terminal) is no reason to break off what runs. */
function ownStreams(): Streams {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return process;
}

function help(commands: readonly Command[], words: readonly string[], output: Output): number {
  const command = find(
    commands,
    words.flatMap((word) => word.split(' ')),
  );
  if (command === null && words.length > 0 && !words[0]?.startsWith('-')) {
    return unknown(commands, words, output);
  }
  output.raw(command === null ? overview(commands) : commandHelp(command));
  return EXIT.ok;
}

/** The longest name wins: `clock advance` before `clock`. */
function find(commands: readonly Command[], argv: readonly string[]): Command | null {
  const two = argv.slice(0, 2).join(' ');
  const byName = (name: string | undefined): Command | undefined =>
    commands.find((command) => command.name === name);
  return byName(two) ?? byName(argv[0]) ?? null;
}

function unknown(commands: readonly Command[], argv: readonly string[], output: Output): number {
  const [first = '', second = ''] = argv;
  if (first.startsWith('-')) {
    output.progress(`spine: the command comes first, then ${first}`);
  } else {
    const group = commands.filter(({ name }) => name.startsWith(`${first} `));
    const typed = group.length > 0 && !second.startsWith('-') ? `${first} ${second}`.trim() : first;
    const near = suggestion(commands, typed);
    const all = group.map(({ name }) => name).join(', ');
    output.progress(`spine: there is no command "${typed}"`);
    if (near !== null) output.progress(`did you mean: spine ${near}`);
    else if (all !== '') output.progress(`there are: ${all}`);
  }
  output.progress('spine --help lists the commands');
  return EXIT.wrongUse;
}

/** One line of what happened and one of what to do; a stack trace only for who asks for it. */
function explain(error: unknown, command: Command, debug: boolean, output: Output): number {
  const words = `spine ${command.name}`;
  if (debug && error instanceof Error) output.progress(error.stack ?? error.message);
  if (error instanceof Trouble) {
    output.progress(`${words}: ${error.message}`);
    output.progress(`what to do: ${error.remedy}`);
    return EXIT.refused;
  }
  if (isNotReachable(error)) {
    output.progress(`${words}: the Spine cannot be reached (${messageOf(error)})`);
    output.progress('what to do: start one with spine up, or name the running one with --at <url>');
    return EXIT.notReachable;
  }
  output.progress(`${words}: unexpected: ${messageOf(error).split('\n')[0] ?? ''}`);
  if (!debug) output.progress('the same command with --debug shows the details');
  return EXIT.bug;
}

/** `fetch` hides the reason in `cause`; a host with two addresses gives one reason for each. */
function isNotReachable(error: unknown): boolean {
  if (NOT_REACHABLE.includes(codeOf(error) ?? '')) return true;
  if (error instanceof AggregateError) return error.errors.some(isNotReachable);
  return error instanceof Error && error.cause !== undefined && isNotReachable(error.cause);
}
