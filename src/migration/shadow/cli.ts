import { type Command, EXIT, type Invocation } from '../../cli/command.ts';
import { auditedCommand } from '../audit/cli.ts';
import type { Database } from '../../platform/database.ts';
import { keepBeside, nextBeside } from '../cut-over/evidence.ts';
import { planIn } from '../plan/cli.ts';
import { recordedReads } from './read-recorded.ts';
import { shadow, type Shadowed } from './shadow.ts';

const DIFFERENCES = 8; // as of a comparison [MIGRATION 7]

/** `spine migrate shadow`: what the old store was asked, asked here too [MIGRATION 6, L6]. */
export const shadowCommand: Command = auditedCommand({
  name: 'migrate shadow',
  summary: 'ask here what others asked the old store, compare the answers, and sign what was found',
  usage: '<plan> <reads>',
  options: [],
  examples: [
    {
      line: 'spine migrate shadow plan.json ./old-store/reads.ndjson',
      explanation: 'reads and their answers, one a line; the report lies beside the plan',
    },
    {
      line: 'spine migrate shadow plan.json reads-of-today.ndjson -o json',
      explanation: 'the counts for a program',
    },
    { line: 'spine migrate ready plan.json', explanation: 'whether that is enough' },
  ],
  work: run,
});

async function run({ words, output }: Invocation, database: Database): Promise<number> {
  const [file, reads] = words;
  if (file === undefined || reads === undefined) {
    output.progress('spine migrate shadow: name the plan and the file of the reads');
    return EXIT.wrongUse;
  }
  const plan = await planIn(file);
  const done = await shadow(database, recordedReads(reads));
  const name = await nextBeside(file, 'shadow');
  const facts = { ...done, examples: [...done.examples], at: new Date().toISOString() };
  const kept = await keepBeside(file, plan, { name, facts });
  output.result(linesOf(done, kept), facts);
  return done.differing === 0 ? EXIT.ok : DIFFERENCES;
}

function linesOf(done: Shadowed, kept: string): string {
  const { compared, same, explained, differing, dropped, p99Ms, examples } = done;
  const classes = Object.entries(explained).map(([name, count]) => `${name} ${count}`);
  return [
    `${compared} reads compared: ${same} the same, ${differing} differ; explained by class: ${classes.length === 0 ? 'none' : classes.join(', ')}`,
    `${dropped} were not answered in time and are not counted; 99 of 100 within ${p99Ms} ms`,
    ...examples.slice(0, 20).map((one) => `  ${one}`),
    `kept: ${kept}`,
  ].join('\n');
}
