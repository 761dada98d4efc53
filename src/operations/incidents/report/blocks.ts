import { fail, ok, type Result } from '../../../kernel/result.ts';
import { textProblem } from '../texts.ts';
import { TO_BE_WRITTEN } from './report.ts';

/** A part of a report as a page shows it; all of it is text. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

const REPORT_MAX = 200_000;

/**
 * Whether a report may be published: people have written their parts, and nothing in it looks like a patient
 * [EXPERIENCE 6.4]. The error says which line, and why.
 */
export function finishedReport(text: string): Result<string, string> {
  if (text.trim() === '') return fail('it is empty');
  if (text.length > REPORT_MAX) return fail(`it is longer than ${REPORT_MAX} characters`);
  for (const [place, line] of text.split(/\r?\n/).entries()) {
    if (line.includes(TO_BE_WRITTEN)) return fail(`line ${place + 1} is still to be written`);
    const problem = line.trim() === '' ? null : textProblem(line, REPORT_MAX);
    if (problem !== null) return fail(`line ${place + 1}: ${problem}`);
  }
  return ok(text);
}

/** Of the Markdown that a report is written in: headings, paragraphs, lists and tables; its title is left out. */
export function blocksOf(report: string): Block[] {
  const parts = report
    .replaceAll('\r\n', '\n')
    .split(/\n\s*\n|\n(?=#)|(?<=^#.*)\n/m)
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('# '));
  return parts.flatMap(blocksIn);
}

function blocksIn(part: string): Block[] {
  const [, marks, heading] = /^(#{2,6}) +(.*)$/.exec(part) ?? [];
  if (marks !== undefined && heading !== undefined) {
    return [{ kind: 'heading', level: marks.length === 2 ? 2 : 3, text: plain(heading) }];
  }
  const lines = part.split('\n').map((line) => line.trim());
  const first = lines.findIndex((line) => /^[-*] |^\|/.test(line));
  const before = lines.slice(0, first === -1 ? lines.length : first);
  const paragraph: Block[] =
    before.length === 0 ? [] : [{ kind: 'paragraph', text: plain(before.join(' ')) }];
  if (first === -1) return paragraph;
  const rest = lines.slice(first);
  return [...paragraph, rest[0]?.startsWith('|') === true ? tableOf(rest) : listOf(rest)];
}

/** A line that begins no item goes on with the one before. */
function listOf(lines: readonly string[]): Block {
  const items: string[] = [];
  for (const line of lines) {
    const [, item] = /^[-*] +(.*)$/.exec(line) ?? [];
    if (item === undefined) items.push(`${items.pop() ?? ''} ${line}`);
    else items.push(item);
  }
  return { kind: 'list', items: items.map(plain) };
}

function tableOf(lines: readonly string[]): Block {
  const [head = [], , ...rows] = lines.map(cellsOf);
  return { kind: 'table', head, rows };
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => plain(cell.trim()));
}

/** What is marked as text is text. */
function plain(text: string): string {
  return text.replaceAll(/\\([\\`*_[\]<>|#])/g, '$1');
}
