import { type Command, EXIT, type Invocation } from '../../cli/command.ts';
import { storeCommand } from '../../installation/store-command.ts';
import type { Database } from '../../platform/database.ts';
import { alarmsSince, lastReport, stateOf, stepsOf } from '../cut-over/repository.ts';
import { nextStep } from '../cut-over/steps.ts';
import * as repository from './repository.ts';

/** `spine migrate status`: one screen, or JSON [MIGRATION 7]. */
export const statusCommand: Command = storeCommand({
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
  const moved = await repository.moved(database);
  if (moved === null) {
    output.result('nothing is moved here', { state: 'PLANNED' });
    return EXIT.ok;
  }
  const { exportId } = moved;
  const state = await stateOf(database, exportId);
  const last = (await stepsOf(database, exportId)).at(-1);
  const status = {
    ...moved,
    state,
    perSecond: rateOf(moved),
    next: nextStep(state)?.name ?? null,
    lastStep: last === undefined ? null : { step: last.step, isDone: last.isDone },
    report: await lastReport(database, exportId),
    alarms: await alarmsSince(database, 0),
    tables: await repository.tableCounts(database, exportId),
    classes: await repository.classes(database, exportId),
  };
  output.result(linesOf(status), status);
  return EXIT.ok;
}

/** Ids a second, over the whole of the load; 0 while nothing came. */
export function rateOf({ ids, firstUnitAt, lastUnitAt }: repository.Moved): number {
  if (firstUnitAt === null || lastUnitAt === null) return 0;
  const seconds = (lastUnitAt.getTime() - firstUnitAt.getTime()) / 1000;
  return seconds === 0 ? 0 : Math.round(ids / seconds);
}

type Status = repository.Moved & {
  readonly state: string;
  readonly perSecond: number;
  readonly next: string | null;
  readonly lastStep: { readonly step: string; readonly isDone: boolean } | null;
  readonly report: Awaited<ReturnType<typeof lastReport>>;
  readonly alarms: number;
  readonly tables: readonly repository.TableCount[];
  readonly classes: readonly { readonly class: string; readonly count: number }[];
};

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
