import type { Observed } from '../monitor/observed.ts';
import { byStream, LOCAL, newNumber } from '../record.ts';
import type { Store } from '../store/repository.ts';
import { enqueueNotices, sentOf } from '../subscriptions/record.ts';
import {
  type FaultEvent,
  faultOf,
  isSameTrouble,
  type LocalFault,
  newCells,
  type OnceSeen,
} from './fault.ts';
import { isOver, troublesIn } from './find.ts';

const DAY_MS = 86_400_000;

/** Those that go on, and those that ended within the last day; newest first. */
export function localFaultsIn(store: Store, now: Date): LocalFault[] {
  const dayAgo = new Date(now.getTime() - DAY_MS).toISOString();
  return allIn(store)
    .filter(({ endedAt }) => endedAt === null || endedAt >= dayAgo)
    .toReversed();
}

function allIn(store: Store): LocalFault[] {
  const streams = byStream<FaultEvent | OnceSeen>(store.events(LOCAL));
  return [...streams].flatMap(([stream, events]) => {
    const fault = faultOf(stream.slice(LOCAL.length), events);
    return fault === null ? [] : [fault];
  });
}

/** Within a transaction: faults that begin and that end, and what those whose they are get to know of it. */
export function noteTroubles(store: Store, observed: Observed): void {
  const at = observed.now.toISOString();
  const found = troublesIn(observed);
  for (const trouble of found) {
    const known = goingOn(store).find((one) => isSameTrouble(one, trouble));
    if (known === undefined) {
      append(store, newNumber(store, 'LOC', observed.now), { kind: 'Began', at, trouble });
      continue;
    }
    const cells = newCells(known, trouble);
    if (cells.length > 0) append(store, known.number, { kind: 'Widened', at, cells });
  }
  for (const fault of goingOn(store)) {
    const isMet = found.some((trouble) => isSameTrouble(fault, trouble));
    if (!isMet && isOver(observed, fault)) append(store, fault.number, { kind: 'Ended', at });
  }
}

function goingOn(store: Store): LocalFault[] {
  return allIn(store).filter(({ endedAt }) => endedAt === null);
}

function append(store: Store, number: string, event: FaultEvent): void {
  const seq = store.append(`${LOCAL}${number}`, [event]);
  const after = allIn(store).find((one) => one.number === number);
  if (after === undefined) throw new Error(`fault ${number} has no beginning`);
  enqueueNotices(store, { kind: 'local-fault', after, event, seq });
}

/** What was sent of it, and when. */
export function toldOf(store: Store, { number }: LocalFault): ReturnType<typeof sentOf> {
  return sentOf(store, `${LOCAL}${number}`);
}
