import { GLOBAL_OPTIONS } from './arguments.ts';
import type { Command, Option } from './command.ts';

/** All verbs, with a line for each. */
export function overview(commands: readonly Command[]): string {
  const sorted = [...commands].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    'spine - an open, self-hosted NHS Spine for electronic prescriptions',
    '',
    'Usage: spine <command> [options]',
    '',
    'Commands',
    ...columns(sorted.map(({ name, summary }) => [name, summary])),
    '',
    'Options of every command',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    'spine <command> --help shows the options of a command and three examples.',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const words = command.usage === undefined ? '' : ` ${command.usage}`;
  const own = optionLines(command.options);
  return [
    `spine ${command.name} - ${command.summary}`,
    '',
    `Usage: spine ${command.name}${words} [options]`,
    '',
    ...(own.length === 0 ? [] : ['Options', ...own, '']),
    'Options of every command',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    'Examples',
    ...command.examples.flatMap(({ line, explanation }) => [`  ${line}`, `      ${explanation}`]),
  ].join('\n');
}

/** The verb that was probably meant; null when none is near. */
export function suggestion(commands: readonly Command[], typed: string): string | null {
  const near = commands
    .map(({ name }) => ({ name, distance: distance(typed, name) }))
    .filter((candidate) => candidate.distance <= Math.max(1, Math.floor(typed.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.name ?? null;
}

function optionLines(options: readonly (Option & { readonly short?: string })[]): string[] {
  return columns(
    options.map(({ flag, short, value, help, default: fallback }) => [
      `${short === undefined ? '' : `-${short}, `}--${flag}${value === undefined ? '' : ` <${value}>`}`,
      fallback === undefined ? help : `${help} (default ${fallback})`,
    ]),
  );
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** Letters changed, left out, put in or swapped with their neighbour between two words (Damerau). */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= from.length; i += 1) {
    rows[i] = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const change = at(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = isSwap ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      rows[i]?.push(Math.min(change, swap, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(from.length, to.length);
}
