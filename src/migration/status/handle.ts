import type { Database } from '../../platform/database.ts';
import { alarms, lastReport, stateOf, stepsOf } from '../cut-over/repository.ts';
import { nextStep } from '../cut-over/steps.ts';
import { type Pace, paceOf } from '../pace.ts';
import { type Judged, judgedIn } from '../signatures/repository.ts';
import * as repository from './repository.ts';

/** Where a migration stands: what the command, the page of operations and a program are told [MIGRATION 7]. */
export type Status = repository.Moved & {
  readonly state: string;
  readonly perSecond: number;
  readonly next: { readonly step: string; readonly exit: string } | null;
  /** Of what is going on, or was when it was ended: whether a tool works on it now. */
  readonly isAtWork: boolean;
  /** Of a load before its end, and of a catch-up that has something before it; null else. */
  readonly progress: (Pace & { readonly what: 'ids' | 'changes' }) | null;
  /** Behind the old store, as it was seen last; null: nobody has looked how far its feed goes. */
  readonly lag: Lag | null;
  readonly lastStep: { readonly step: string; readonly isDone: boolean } | null;
  readonly report: Awaited<ReturnType<typeof lastReport>>;
  readonly signatures: Judged;
  readonly alarms: number;
  readonly tables: readonly repository.TableCount[];
  readonly classes: readonly { readonly class: string; readonly count: number }[];
};

export type Lag = {
  readonly last: number;
  readonly changes: number;
  readonly seconds: number;
  readonly lookedAt: Date;
};

/** Null where nothing is moved. */
export async function statusOf(database: Database): Promise<Status | null> {
  const moved = await repository.moved(database);
  if (moved === null) return null;
  const { exportId } = moved;
  const state = await stateOf(database, exportId);
  const following = await repository.following(database, exportId);
  const isWorkedOn = await repository.isAtWork(database);
  const next = nextStep(state);
  const last = (await stepsOf(database, exportId)).at(-1);
  return {
    ...moved,
    state,
    perSecond: rateOf(moved),
    next: next === null ? null : { step: next.name, exit: next.exit },
    isAtWork: isWorkedOn,
    progress: progressOf(moved, following, isWorkedOn),
    lag: lagOf(moved, following),
    lastStep: last === undefined ? null : { step: last.step, isDone: last.isDone },
    report: await lastReport(database, exportId),
    signatures: await judgedIn(database, exportId),
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

/** How long it takes is only told while somebody works on it. */
function progressOf(
  moved: repository.Moved,
  following: repository.Following | null,
  isWorkedOn: boolean,
): Status['progress'] {
  const told = (what: 'ids' | 'changes', pace: Pace) => ({
    ...pace,
    what,
    secondsLeft: isWorkedOn ? pace.secondsLeft : null,
  });
  if (!moved.isLoaded) {
    const { ids, idsExpected, lately } = moved;
    const pace = paceOf({ done: ids, of: idsExpected }, lately);
    return told('ids', idsExpected === 0 ? { ...pace, secondsLeft: null } : pace);
  }
  const lag = lagOf(moved, following);
  if (following === null || lag === null || lag.changes === 0) return null;
  const { fromSeq, seconds } = following;
  const made = { moved: moved.changeSeq - fromSeq, seconds };
  return told('changes', paceOf({ done: moved.changeSeq, of: lag.last }, made));
}

function lagOf(
  { changeSeq }: repository.Moved,
  following: repository.Following | null,
): Lag | null {
  if (following === null || following.lastSeq === null || following.lookedAt === null) return null;
  const { lastSeq, lagSeconds, lookedAt } = following;
  const last = Math.max(lastSeq, changeSeq);
  const changes = last - changeSeq;
  return { last, changes, seconds: changes === 0 ? 0 : lagSeconds, lookedAt };
}
