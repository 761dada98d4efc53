import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';

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

/** Of the Markdown that a report is written in; its title is left out, and all that is no part of these is text. */
export function blocksOf(report: string): Block[] {
  return own(lexer(report)).flatMap(blocksIn);
}

/** No extension of the reader is used, so that it tells of its own tokens alone. */
function own(tokens: readonly Token[]): readonly MarkedToken[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return tokens as readonly MarkedToken[];
}

function blocksIn(token: MarkedToken): Block[] {
  switch (token.type) {
    case 'space':
    case 'hr':
    case 'def':
      return [];
    case 'heading': {
      if (token.depth === 1) return [];
      return [{ kind: 'heading', level: token.depth === 2 ? 2 : 3, text: textOf(token) }];
    }
    case 'list':
      return [{ kind: 'list', items: token.items.map(textOf) }];
    case 'table': {
      const cells = (row: readonly Tokens.TableCell[]): string[] => row.map(wordsOf);
      return [{ kind: 'table', head: cells(token.header), rows: token.rows.map(cells) }];
    }
    case 'blockquote':
      return own(token.tokens).flatMap(blocksIn);
    default:
      return [{ kind: 'paragraph', text: textOf(token) }];
  }
}

function wordsOf({ tokens }: { readonly tokens: readonly Token[] }): string {
  return own(tokens).map(textOf).join('').replaceAll(/\s+/g, ' ').trim();
}

/** Without marks: what stands in a link, is emphasised, or is markup of another kind, is text. */
function textOf(token: MarkedToken): string {
  if (token.type === 'list') return ` ${token.items.map(textOf).join('; ')}`;
  if ('tokens' in token && token.tokens !== undefined) return wordsOf({ tokens: token.tokens });
  return 'text' in token ? token.text : ' ';
}
