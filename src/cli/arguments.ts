import { parseArgs } from 'node:util';

import type { Command, Globals, Option, Values } from './command.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { codeOf, messageOf } from '../platform/trouble.ts';

export const FORMATS: readonly string[] = ['text', 'json', 'ndjson'];

/** Understood by every command [EXPERIENCE 2]. */
export const GLOBAL_OPTIONS: readonly (Option & { readonly short?: string })[] = [
  { flag: 'output', short: 'o', value: 'format', help: 'form of the result', default: 'text' },
  { flag: 'at', value: 'url', help: 'the Spine to talk to, if not the one on this machine' },
  { flag: 'dc', value: 'a|b', help: 'datacentre to talk to', default: 'a', choices: ['a', 'b'] },
  { flag: 'as', value: 'persona', help: 'who does it (spine who lists them)' },
  { flag: 'curl', help: 'print the equivalent curl commands' },
  { flag: 'debug', help: 'show the details of an unexpected error' },
  { flag: 'help', short: 'h', help: 'show this help' },
];

export type Arguments = {
  readonly values: Values;
  readonly words: readonly string[];
  readonly globals: Globals;
  readonly format: string;
  readonly wantsHelp: boolean;
};

/** Reads what follows the verb. The problem is one sentence for the person who typed it. */
export function parseArguments(
  command: Command,
  argv: readonly string[],
): Result<Arguments, string> {
  const options = [...GLOBAL_OPTIONS, ...command.options];
  const parsed = parse(options, argv, command.usage !== undefined);
  if (!parsed.ok) return parsed;
  const { values, positionals: words } = parsed.value;
  const problem = wrongChoice(withFormats(options, command), values);
  if (problem !== null) return fail(problem);
  return ok({
    values,
    words,
    globals: {
      at: textOf(values['at']),
      datacentre: values['dc'] === 'b' ? 'b' : 'a',
      persona: textOf(values['as']),
      curl: values['curl'] === true,
      debug: values['debug'] === true,
    },
    format: textOf(values['output']) ?? 'text',
    wantsHelp: values['help'] === true,
  });
}

type Parsed = { readonly values: Values; readonly positionals: readonly string[] };

function parse(
  options: readonly (Option & { readonly short?: string })[],
  args: readonly string[],
  allowPositionals: boolean,
): Result<Parsed, string> {
  const table = Object.fromEntries(
    options.map(({ flag, short, value, default: fallback }) => [
      flag,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        ...(short === undefined ? {} : { short }),
        ...(fallback === undefined ? {} : { default: fallback }),
      },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: table,
      strict: true,
      allowPositionals,
    });
    return ok({ values: single(values), positionals });
  } catch (error) {
    if (codeOf(error)?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    return fail(firstSentence(messageOf(error)));
  }
}

type GivenValue = string | boolean | (string | boolean)[] | undefined;

/** No option of ours is given more than once with all values kept. */
function single(values: Readonly<Record<string, GivenValue>>): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([flag, value]) =>
      Array.isArray(value) ? [] : [[flag, value] as const],
    ),
  );
}

function withFormats(options: readonly Option[], command: Command): readonly Option[] {
  const choices = [...FORMATS, ...(command.formats ?? [])];
  return options.map((option) => (option.flag === 'output' ? { ...option, choices } : option));
}

function wrongChoice(options: readonly Option[], values: Values): string | null {
  for (const { flag, choices } of options) {
    const value = values[flag];
    if (choices === undefined || typeof value !== 'string' || choices.includes(value)) continue;
    return `--${flag} is one of ${choices.join(', ')}, not "${value}"`;
  }
  return null;
}

function textOf(value: string | boolean | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** Node explains after the first sentence how to escape a dash; the help of the command is nearer. */
function firstSentence(message: string): string {
  return message.split('. ')[0] ?? message;
}
