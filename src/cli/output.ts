import { styleText } from 'node:util';

export type Style = 'green' | 'yellow' | 'red' | 'bold' | 'dim';

/** The two streams of a command: what it found out, and how it gets on [EXPERIENCE 2]. */
export type Output = {
  readonly format: string;
  /** The result, once: words for people, or the same facts as data. A list is a line each in ndjson. */
  readonly result: (text: string, data: unknown) => void;
  /** A line of the result as it is, whatever the format: for a format that only one command has. */
  readonly raw: (text: string) => void;
  /** How it gets on. Never part of the result. */
  readonly progress: (line: string) => void;
  /** Colour for the progress stream; the words must say the same without it. */
  readonly paint: (style: Style, text: string) => string;
  readonly isTerminal: boolean;
};

type Stream = { readonly isTTY?: boolean; readonly write: (text: string) => unknown };

export type Streams = {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export function createOutput(format: string, { stdout, stderr, env }: Streams): Output {
  const isTerminal = stderr.isTTY === true;
  // https://no-color.org: present and not empty means no colour.
  const isColoured = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return {
    format,
    isTerminal,
    result: (text, data) => stdout.write(`${render(format, text, data)}\n`),
    raw: (text) => stdout.write(`${text}\n`),
    progress: (line) => stderr.write(`${line}\n`),
    paint: (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text),
  };
}

function render(format: string, text: string, data: unknown): string {
  if (format === 'json') return JSON.stringify(data, null, 2);
  if (format !== 'ndjson') return text;
  const rows: readonly unknown[] = Array.isArray(data) ? data : [data];
  return rows.map((row) => JSON.stringify(row)).join('\n');
}
