import { type Command, EXIT, type Invocation, isSet, textOption } from '../../cli/command.ts';
import { auditedCommand } from '../audit/cli.ts';
import type { Database } from '../../platform/database.ts';
import { keepBeside, nextBeside } from '../cut-over/evidence.ts';
import { openDump } from '../lx1/open-dump.ts';
import { planIn } from '../plan/cli.ts';
import { byPlan, type Plan } from '../plan/plan.ts';
import type { Parts } from '../scenario/scenario.ts';
import type { Shadowed } from './counts.ts';
import { recordedMessages } from './read-messages.ts';
import { recordedReads } from './read-recorded.ts';
import { shadow } from './shadow.ts';

const DIFFERENCES = 8; // as of a comparison [MIGRATION 7]

/** `spine migrate shadow`: what the old store was asked and sent, asked and sent here too [MIGRATION 6, L6]. */
export function shadowCommand(parts: Pick<Parts, 'prepare'>): Command {
  return auditedCommand({
    name: 'migrate shadow',
    summary:
      'ask here what others asked the old store, or play what they sent it into a copy, and compare the answers',
    usage: '<plan> <file>',
    options: [
      {
        flag: 'writes',
        help: 'the file has messages: they are played into a copy of the store that is thrown away',
      },
      {
        flag: 'after',
        value: 'change',
        help: 'with --writes: the last change of the old store before the first of the messages; 0 is the export',
        default: '0',
      },
    ],
    examples: [
      {
        line: 'spine migrate shadow plan.json ./old-store/reads.ndjson',
        explanation: 'reads and their answers, one a line; the signed report lies beside the plan',
      },
      {
        line: 'spine migrate shadow plan.json messages.ndjson --writes --after 41200',
        explanation:
          'messages and their answers, in a store of its own with all changes up to 41200',
      },
      { line: 'spine migrate ready plan.json', explanation: 'whether that is enough' },
    ],
    work: (invocation, database) => run(invocation, database, parts),
  });
}

async function run(
  invocation: Invocation,
  database: Database,
  parts: Pick<Parts, 'prepare'>,
): Promise<number> {
  const { words, output } = invocation;
  const [planFile, file] = words;
  const after = Number(textOption(invocation, 'after'));
  if (planFile === undefined || file === undefined || !Number.isSafeInteger(after) || after < 0) {
    output.progress(
      'spine migrate shadow: name the plan and the file; --after takes the number of a change',
    );
    return EXIT.wrongUse;
  }
  const plan = await planIn(planFile);
  const isWrites = isSet(invocation, 'writes');
  const done = isWrites
    ? await played(plan, file, { prepare: parts.prepare, upTo: after })
    : await shadow(database, recordedReads(file));
  const name = await nextBeside(planFile, isWrites ? 'shadow-writes' : 'shadow');
  const facts = { ...done, examples: [...done.examples], at: new Date().toISOString() };
  const kept = await keepBeside(planFile, plan, { name, facts });
  output.result(linesOf(done, isWrites ? 'messages' : 'reads', kept), facts);
  return done.differing === 0 ? EXIT.ok : DIFFERENCES;
}

async function played(
  plan: Plan,
  file: string,
  copy: { readonly prepare: Parts['prepare']; readonly upTo: number },
): Promise<Shadowed> {
  const dump = byPlan(await openDump(plan.dump, plan.exportKey), plan);
  const [{ withCopy }, { shadowWrites }] = await Promise.all([
    import('./copy.ts'),
    import('./writes.ts'),
  ]);
  return withCopy(plan, dump, copy, (database) => shadowWrites(database, recordedMessages(file)));
}

function linesOf(done: Shadowed, kind: string, kept: string): string {
  const { compared, same, explained, differing, dropped, p99Ms, examples } = done;
  const classes = Object.entries(explained).map(([name, count]) => `${name} ${count}`);
  return [
    `${compared} ${kind} compared: ${same} the same, ${differing} differ; explained by class: ${classes.length === 0 ? 'none' : classes.join(', ')}`,
    `${dropped} were not answered in time and are not counted; 99 of 100 within ${p99Ms} ms`,
    ...examples.slice(0, 20).map((one) => `  ${one}`),
    `kept: ${kept}`,
  ].join('\n');
}
