import { type Cell, COMPONENT_IDS, DATACENTRES } from '../components.ts';
import {
  isAwaited,
  isBad,
  type LateLook,
  type Minute,
  type Observed,
  since,
  stepsOf,
} from './observed.ts';

const MINUTE_MS = 60_000;

/** When a draft is opened [EXPERIENCE 6.3]. */
export const LIMITS = {
  failuresInARow: 2,
  errorShare: 0.05,
  errorWindowMs: 2 * MINUTE_MS,
  callsMin: 20,
  slowTimes: 4,
  slowWindowMs: 5 * MINUTE_MS,
  /** Of all failures, what one organisation or system must explain to be the one at fault. */
  localShare: 0.8,
  localFailuresMin: 10,
} as const;

export type Finding = Cell & {
  readonly cause: 'probe' | 'errors' | 'slow' | 'late';
  /** Nothing gets through. */
  readonly isOutage: boolean;
  readonly since: Date;
};

/** What is wrong now, beyond one failure alone. */
export function findings(observed: Observed): Finding[] {
  return COMPONENT_IDS.flatMap((component) =>
    DATACENTRES.flatMap((datacentre) => {
      const cell = { component, datacentre };
      const found =
        byProbe(observed, cell) ??
        byErrors(observed, cell) ??
        bySlowness(observed, cell) ??
        byLateness(observed, cell);
      return found === null ? [] : [found];
    }),
  );
}

function byProbe(observed: Observed, cell: Cell): Finding | null {
  if (isAwaited(observed, cell)) return null;
  const steps = stepsOf(observed.rounds, cell.component, cell.datacentre);
  const made = steps.filter(({ outcome }) => outcome !== 'not-reached');
  const failed = made.slice(0, LIMITS.failuresInARow);
  if (failed.length < LIMITS.failuresInARow || !failed.every(isBad)) return null;
  const lastGood = made.findIndex((step) => !isBad(step));
  const first = made[lastGood === -1 ? made.length - 1 : lastGood - 1];
  return { ...cell, cause: 'probe', isOutage: true, since: first?.at ?? new Date(0) };
}

/** Of calls that users made; what one of them alone explains is their fault, not the service's. */
function byErrors(observed: Observed, cell: Cell): Finding | null {
  const failing = failingIn(observed, cell);
  if (failing === null || namesAtFault(failing.minutes).length > 0) return null;
  const { calls, failures, since: from } = failing;
  return { ...cell, cause: 'errors', isOutage: failures === calls, since: from };
}

type Failing = {
  readonly minutes: readonly Minute[];
  readonly calls: number;
  readonly failures: number;
  readonly since: Date;
};

/** Null: too few calls to tell, or too few of them fail. */
export function failingIn(observed: Observed, cell: Cell): Failing | null {
  const minutes = within(observed, cell, LIMITS.errorWindowMs);
  const calls = sum(minutes, ({ calls: one }) => one);
  const failures = sum(minutes, ({ failures: one }) => one);
  const [first] = minutes;
  if (first === undefined || calls < LIMITS.callsMin) return null;
  if (failures / calls <= LIMITS.errorShare) return null;
  return { minutes, calls, failures, since: first.at };
}

function bySlowness(observed: Observed, cell: Cell): Finding | null {
  const usual = observed.usual[cell.component];
  const minutes = within(observed, cell, LIMITS.slowWindowMs);
  const [first] = minutes;
  if (usual === undefined || usual.p99Ms <= 0 || first === undefined) return null;
  const lengthMs = minutes.length * MINUTE_MS;
  if (lengthMs < LIMITS.slowWindowMs || sum(minutes, ({ calls }) => calls) < LIMITS.callsMin) {
    return null;
  }
  const isSlow = minutes.every(({ p99Ms }) => p99Ms > LIMITS.slowTimes * usual.p99Ms);
  return isSlow ? { ...cell, cause: 'slow', isOutage: false, since: first.at } : null;
}

/** From old to new. */
function within(observed: Observed, cell: Cell, windowMs: number): Minute[] {
  return observed.minutes
    .filter(
      ({ component, datacentre }) => component === cell.component && datacentre === cell.datacentre,
    )
    .filter(({ at }) => since({ ...observed, resumedAt: null }, at) < windowMs)
    .toSorted((one, other) => one.at.getTime() - other.at.getTime());
}

/**
 * Names of the organisation or the system that explains most of the failures, as `ods:FA565` and `asid:999000000201`;
 * who explains most of them comes first; none: nobody does.
 */
export function namesAtFault(minutes: readonly Minute[]): readonly string[] {
  const failures = sum(minutes, ({ failures: one }) => one);
  if (failures < LIMITS.localFailuresMin) return [];
  const by = new Map<string, number>();
  for (const { failuresBy } of minutes) {
    for (const [who, count] of Object.entries(failuresBy)) by.set(who, (by.get(who) ?? 0) + count);
  }
  return [...by]
    .filter(([, count]) => count >= LIMITS.localShare * failures)
    .toSorted(([, one], [, other]) => other - one)
    .map(([who]) => who);
}

/** Messages leave for everybody from either datacentre: what is late for many is the service's own. */
function byLateness(observed: Observed, cell: Cell): Finding | null {
  const look = lastLook(observed);
  if (cell.component !== 'transport' || look === null || !isLateForMany(look)) return null;
  return { ...cell, cause: 'late', isOutage: false, since: look.at };
}

const LOOK_MS = 3 * MINUTE_MS;

/** What is known now of messages that were not taken; null: nobody has looked. */
export function lastLook(observed: Observed): LateLook | null {
  const last = observed.late.at(-1);
  const isOfNow = last !== undefined && since({ ...observed, resumedAt: null }, last.at) < LOOK_MS;
  return isOfNow ? last : null;
}

/** Whether no party alone explains that messages are late, and these are no few. */
export function isLateForMany({ parties }: LateLook): boolean {
  const counts = parties.map(({ waiting, lost }) => waiting + lost);
  const all = counts.reduce((total, one) => total + one, 0);
  return all >= LIMITS.localFailuresMin && Math.max(0, ...counts) < LIMITS.localShare * all;
}

/** Organisations that met a failure in the last ten minutes, of those usual at this hour; null: too few calls to tell. */
export function shareAffected({ minutes, usual }: Observed, cells: readonly Cell[]): number | null {
  const touched = minutes.filter((minute) =>
    cells.some(
      ({ component, datacentre }) =>
        component === minute.component && datacentre === minute.datacentre,
    ),
  );
  if (sum(touched, ({ calls }) => calls) < LIMITS.callsMin) return null;
  const failing = new Set(
    touched
      .flatMap(({ failuresBy }) => Object.keys(failuresBy))
      .filter((who) => who.startsWith('ods:')),
  );
  const seen = Math.max(0, ...touched.map(({ organisations }) => organisations));
  const usually = Math.max(
    0,
    ...cells.map(({ component }) => usual[component]?.organisations ?? 0),
  );
  const all = Math.max(seen, usually, failing.size);
  return all === 0 ? null : failing.size / all;
}

function sum<One>(all: readonly One[], of: (one: One) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
