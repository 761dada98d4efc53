import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { auditedCommand } from '../audit/cli.ts';
import { instantOf } from '../../kernel/instant.ts';
import type { Database } from '../../platform/database.ts';
import { prescriptionKey, shortForm } from '../../prescriptions/rules.ts';
import { heldRecords } from './repository.ts';

const EXAMPLES = [
  { line: 'spine migrate holds', explanation: 'each id, why it is held, and whose it may be' },
  {
    line: 'spine migrate end-hold 24F5DA-A83008-7EFE6Z --by 555900040101 --and 555900050101',
    explanation: 'two persons have looked at it; it is had by its id from then on as any other',
  },
  {
    line: 'spine migrate holds -o json',
    explanation: 'for a program that tells the organisations',
  },
] as const;

/** What a migration holds, and how that ends: by two persons [MIGRATION 7]. */
export const holdCommands: readonly Command[] = [
  auditedCommand({
    name: 'migrate holds',
    summary: 'list what a migration left for a person to decide',
    options: [],
    examples: EXAMPLES,
    async work({ output }, database) {
      const held = (await heldRecords(database)).map((one) => ({ ...one, id: shortForm(one.id) }));
      const lines = held.map(
        ({ id, because, organisations }) =>
          `${id}  ${because.join(' ').padEnd(10)}  ${organisations.join(' ')}`,
      );
      output.result([...lines, `${held.length} held`].join('\n'), held);
      return EXIT.ok;
    },
  }),
  auditedCommand({
    name: 'migrate end-hold',
    summary: 'say that two persons have looked at a record, so that it goes on as it is',
    usage: '<prescription-id>',
    options: [
      { flag: 'by', value: 'user', help: 'who decided' },
      { flag: 'and', value: 'user', help: 'who else did; not the same person' },
    ],
    examples: EXAMPLES,
    work: end,
  }),
];

async function end(invocation: Invocation, database: Database): Promise<number> {
  const { words, output } = invocation;
  const id = prescriptionKey(words[0] ?? '');
  const [by, and] = [textOption(invocation, 'by'), textOption(invocation, 'and')];
  if (id === null || !by || !and || by === and) {
    output.progress(
      'spine migrate end-hold: name a prescription by its id, and two persons: --by <user> --and <other>',
    );
    return EXIT.wrongUse;
  }
  const { endHold } = await import('../../prescriptions/index.ts');
  const ended = await endHold(database, id, [by, and], instantOf(new Date()));
  const said = {
    ended: 'is not held any more',
    'not held': 'is not held',
    unknown: 'is not known',
  };
  output.result(`${words[0]} ${said[ended]}`, { id: words[0], result: ended });
  return ended === 'ended' ? EXIT.ok : EXIT.refused;
}
