import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

import { JsonReader } from '../../kernel/json-reader.ts';
import { refused } from '../lx1/refusal.ts';

/** An issue as the old store answered it, in its codes. */
export type IssueAnswer = {
  readonly issue: number;
  readonly status: string;
  readonly items: readonly string[];
  readonly holder: string;
};

/** What somebody asked the old store, and what that answered; without times and ids of messages, which never agree. */
export type Read =
  | { readonly ask: 'status'; readonly id: string; readonly answer: readonly IssueAnswer[] }
  | { readonly ask: 'waiting'; readonly organisation: string; readonly answer: readonly string[] };

/** Reads of a file, a JSON object a line; throws `Trouble` with the line that is none. */
export function recordedReads(file: string): AsyncGenerator<Read> {
  return linesOf(file, readOf);
}

/** What the lines of a file say; throws `Trouble` with the line that does not say it. */
export async function* linesOf<Said>(
  file: string,
  said: (from: JsonReader) => Said,
): AsyncGenerator<Said> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file) })) {
    line += 1;
    const problems: string[] = [];
    const one = said(new JsonReader(parsed(text, file, line), '', problems));
    if (problems.length > 0) throw refused(file, line, problems.join('; '));
    yield one;
  }
}

function parsed(text: string, file: string, line: number): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw refused(file, line, 'it is no JSON');
  }
}

const ANY = /^/;
const SOME = /./;

function readOf(from: JsonReader): Read {
  const ask = from.text('ask', /^(status|waiting)$/, 'status or waiting');
  if (ask === 'waiting') {
    const organisation = from.text('organisation', SOME, 'an organisation');
    return { ask, organisation, answer: from.texts('answer', SOME, 'an id') };
  }
  const answer = from.each('answer', (issue) => ({
    issue: Number(issue.value('issue')),
    status: issue.text('status', SOME, 'a status'),
    items: issue.texts('items', ANY, 'a status'),
    holder: issue.text('holder', ANY, 'an organisation'),
  }));
  return { ask: 'status', id: from.text('id', SOME, 'an id'), answer };
}
