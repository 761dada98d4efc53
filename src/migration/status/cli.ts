import { type Command, EXIT, type Invocation } from '../../cli/command.ts';
import { auditedCommand } from '../audit/cli.ts';
import type { Database } from '../../platform/database.ts';
import { type Status, statusOf } from './handle.ts';

/** `spine migrate status`: one screen, or JSON [MIGRATION 7]. */
export const statusCommand: Command = auditedCommand({
  name: 'migrate status',
  summary: 'where a migration stands: what came, what is held or kept apart, and what comes next',
  options: [],
  examples: [
    { line: 'spine migrate status', explanation: 'one screen; also while a load runs' },
    { line: 'spine migrate status -o json', explanation: 'the same for a program' },
    {
      line: 'spine migrate cut-over plan.json --dry-run',
      explanation: 'the checklist of the switch',
    },
  ],
  work: run,
});

async function run({ output }: Invocation, database: Database): Promise<number> {
  const status = await statusOf(database);
  if (status === null) {
    output.result('nothing is moved here', { state: 'PLANNED' });
    return EXIT.ok;
  }
  output.result(linesOf(status), status);
  return EXIT.ok;
}

function linesOf(status: Status): string {
  const { state, exportId, source, ids, perSecond, changeSeq, records, held, refused } = status;
  const { report, lastStep, next, alarms, tables, classes } = status;
  const found = classes.map(({ class: name, count }) => `${name} ${count}`);
  return [
    `${state}: export ${exportId} of ${source}, up to change ${changeSeq}`,
    `${ids} ids came, ${perSecond} a second: ${records} are in the store, ${held} of them held; ${refused} are kept apart`,
    ...tables.map(
      ({ table, came, apart }) =>
        `  ${table.padEnd(16)}${String(came).padStart(10)} rows, ${apart} kept apart`,
    ),
    `dirty classes: ${found.length === 0 ? 'none' : found.join(', ')}`,
    report === null
      ? 'not compared yet: spine migrate reconcile'
      : `compared ${report.ageHours.toFixed(1)} h ago: ${report.differences} differences`,
    `the tripwire held ${alarms} back`,
    lastStep === null
      ? 'no step of the switch was done'
      : `last step: ${lastStep.step}${lastStep.isDone ? '' : ', REFUSED'}`,
    next === null ? 'no step comes next' : `next step: ${next}`,
  ].join('\n');
}
