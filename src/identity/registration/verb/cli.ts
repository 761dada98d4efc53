import {
  type Command,
  EXIT,
  type Invocation,
  type Option,
  textOption,
} from '../../../cli/command.ts';
import { storeCommand } from '../../../installation/store-command.ts';
import { type LondonDate, parseLondonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Database } from '../../../platform/database.ts';
import type { Actor } from '../repository.ts';
import { type RegistrationRefusal, registrationWords } from '../rules.ts';

const EXAMPLES = [
  { line: 'spine ra requests', explanation: 'what waits for a decision' },
  {
    line: 'spine ra request 556000000001 --position 5f… --by 555900170101',
    explanation: 'a sponsor asks that somebody gets a position',
  },
  {
    line: 'spine ra approve 7c1d9f0e-3b1f-4b1e-9a55-0d9a2f6c1e11 --by 555900160101',
    explanation: 'another person, an agent, approves it',
  },
] as const;

export const BY: Option = {
  flag: 'by',
  value: 'user id',
  help: 'who does it, as the audit will say',
};
type Work = (invocation: Invocation, database: Database, by: Actor) => Promise<number>;

type Verb = { readonly usage?: string; readonly options: readonly Option[]; readonly work: Work };

/** One that says who does it: the directory knows what they may do. */
export function verb(word: string, summary: string, { work, ...rest }: Verb): Command {
  return storeCommand({
    name: `ra ${word}`,
    summary,
    ...rest,
    examples: EXAMPLES,
    work: async (invocation, database) => {
      const userId = textOption(invocation, 'by');
      if (userId === null) return wrong(invocation, '--by must say who does it');
      return work(invocation, database, { userId, at: new Date() });
    },
  });
}

type Report = (
  words: readonly string[],
  database: Database,
) => Promise<{ readonly text: string; readonly rows: readonly object[] }>;

export function listing(word: string, summary: string, usage: string, report: Report): Command {
  return storeCommand({
    name: `ra ${word}`,
    summary,
    ...(usage === '' ? {} : { usage }),
    options: [],
    examples: EXAMPLES,
    work: async ({ words, output }, database) => {
      const { text, rows } = await report(words, database);
      output.result(text, rows);
      return EXIT.ok;
    },
  });
}

export function orgOf(invocation: Invocation): string {
  return (textOption(invocation, 'org') ?? '').toUpperCase();
}

export function dayOf(invocation: Invocation, flag: string): Result<LondonDate | null, null> {
  const text = textOption(invocation, flag);
  if (text === null) return ok(null);
  const day = parseLondonDate(text);
  return day === null ? fail(null) : ok(day);
}

export function told<Value>(
  { output }: Invocation,
  answer: Result<Value, RegistrationRefusal>,
  words: (value: Value) => string,
): number {
  if (!answer.ok) {
    output.progress(registrationWords(answer.error));
    return EXIT.refused;
  }
  output.result(words(answer.value), answer.value);
  return EXIT.ok;
}

export function wrong({ output }: Invocation, text: string): number {
  output.progress(text);
  return EXIT.wrongUse;
}
