import { type Command, EXIT, type Invocation } from '../../cli/command.ts';
import { auditedCommand } from '../audit/cli.ts';
import type { Database } from '../../platform/database.ts';
import { feedEnd } from '../catch-up/feed-end.ts';
import { gatesIn } from '../cut-over/cli.ts';
import type { Gate } from '../cut-over/gates.ts';
import { planIn } from '../plan/cli.ts';
import { type Status, statusOf } from './handle.ts';
import { lagWords, nextWords, progressWords, signatureWords } from './words.ts';

/** `spine migrate status`: one screen, or JSON [MIGRATION 7]. */
export const statusCommand: Command = auditedCommand({
  name: 'migrate status',
  summary: 'where a migration stands: what came, what is held or kept apart, and what comes next',
  usage: '[<plan>]',
  options: [],
  examples: [
    { line: 'spine migrate status', explanation: 'one screen; also while a load runs' },
    { line: 'spine migrate status -o json', explanation: 'the same for a program' },
    {
      line: 'spine migrate status plan.json',
      explanation: 'with the feed of the plan as it is now, and the first gate that is red',
    },
  ],
  work: run,
});

async function run({ words, output }: Invocation, database: Database): Promise<number> {
  const [file] = words;
  const seen = await statusOf(database);
  if (seen === null) {
    output.result('nothing is moved here', { state: 'PLANNED' });
    return EXIT.ok;
  }
  const status = file === undefined ? seen : await byPlan(database, seen, file);
  output.result(linesOf(status), status);
  return EXIT.ok;
}

/** With what only the files of the plan say: how far the feed goes now, and every gate before the switch. */
async function byPlan(database: Database, status: Status, file: string): Promise<Shown> {
  const { feed, exportId, exportKey: publicKeyPem } = await planIn(file);
  const end = await feedEnd(feed, { exportId, publicKeyPem }, status.changeSeq);
  const { last, lagSeconds: seconds } = end;
  const changes = Math.max(0, last - status.changeSeq);
  const gates = await gatesIn(database, file);
  const red = gates.find(({ isGreen }) => !isGreen) ?? null;
  return { ...status, lag: { last, changes, seconds, lookedAt: new Date() }, gate: red };
}

/** `gate`: the first that is red, null when none is; absent where no plan was named. */
type Shown = Status & { readonly gate?: Gate | null };

function linesOf(status: Shown): string {
  const { state, exportId, source, ids, perSecond, changeSeq, records, held, refused } = status;
  const { report, lastStep, alarms, tables, classes, gate } = status;
  const found = classes.map(({ class: name, count }) => `${name} ${count}`);
  return [
    `${state}: export ${exportId} of ${source}, up to change ${changeSeq}`,
    `on its way: ${progressWords(status)}`,
    `behind the old store: ${lagWords(status, new Date())}`,
    `${ids} ids came, ${perSecond} a second: ${records} are in the store, ${held} of them held; ${refused} are kept apart`,
    ...tables.map(
      ({ table, came, apart }) =>
        `  ${table.padEnd(16)}${String(came).padStart(10)} rows, ${apart} kept apart`,
    ),
    `dirty classes: ${found.length === 0 ? 'none' : found.join(', ')}`,
    `signatures: ${signatureWords(status)}`,
    report === null
      ? 'not compared yet: spine migrate reconcile'
      : `compared ${report.ageHours.toFixed(1)} h ago: ${report.differences} differences`,
    `the tripwire held ${alarms} back`,
    lastStep === null
      ? 'no step of the switch was done'
      : `last step: ${lastStep.step}${lastStep.isDone ? '' : ', REFUSED'}`,
    `next step: ${nextWords(status)}`,
    ...(gate === undefined
      ? []
      : [`next gate: ${gate === null ? 'none is red' : gateWords(gate)}`]),
  ].join('\n');
}

function gateWords({ name, evidence }: Gate): string {
  return `${name}: ${evidence}`;
}
