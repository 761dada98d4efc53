import type { Database } from '../../platform/database.ts';
import { alarms, lastReport, stateOf, stepsOf } from '../cut-over/repository.ts';
import { nextStep } from '../cut-over/steps.ts';
import * as repository from './repository.ts';

/** Where a migration stands: what the command, the page of operations and a program are told [MIGRATION 7]. */
export type Status = repository.Moved & {
  readonly state: string;
  readonly perSecond: number;
  readonly next: string | null;
  readonly lastStep: { readonly step: string; readonly isDone: boolean } | null;
  readonly report: Awaited<ReturnType<typeof lastReport>>;
  readonly alarms: number;
  readonly tables: readonly repository.TableCount[];
  readonly classes: readonly { readonly class: string; readonly count: number }[];
};

/** Null where nothing is moved. */
export async function statusOf(database: Database): Promise<Status | null> {
  const moved = await repository.moved(database);
  if (moved === null) return null;
  const { exportId } = moved;
  const state = await stateOf(database, exportId);
  const last = (await stepsOf(database, exportId)).at(-1);
  return {
    ...moved,
    state,
    perSecond: rateOf(moved),
    next: nextStep(state)?.name ?? null,
    lastStep: last === undefined ? null : { step: last.step, isDone: last.isDone },
    report: await lastReport(database, exportId),
    alarms: await alarms(database),
    tables: await repository.tableCounts(database, exportId),
    classes: await repository.classes(database, exportId),
  };
}

/** Ids a second, over the whole of the load; 0 while nothing came. */
export function rateOf({ ids, feedIds, firstUnitAt, lastUnitAt }: repository.Moved): number {
  if (firstUnitAt === null || lastUnitAt === null) return 0;
  const seconds = (lastUnitAt.getTime() - firstUnitAt.getTime()) / 1000;
  return seconds === 0 ? 0 : Math.round((ids - feedIds) / seconds);
}
