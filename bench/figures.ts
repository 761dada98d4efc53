import type { Meters } from './installation.ts';
import type { Ran } from './load.ts';
import { type Kind, KINDS } from './prescriptions.ts';

/** A scenario; `counts` says what a message is in its figures. */
export type Scenario = {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly counts: 'messages' | 'prescriptions';
};

export const MIXED: Scenario = { name: 'mixed', kinds: KINDS, counts: 'messages' };

export const SCENARIOS = [
  { name: 'create', kinds: ['create'], counts: 'messages' },
  { name: 'releaseNominated', kinds: ['releaseNominated'], counts: 'prescriptions' },
  { name: 'dispense', kinds: ['dispense'], counts: 'messages' },
  { name: 'claim', kinds: ['claim'], counts: 'messages' },
  MIXED,
] as const satisfies readonly Scenario[];

/** One round of the system, or of the bare client. */
export type Round = { readonly ran: Ran; readonly before: Meters; readonly after: Meters };

export type Figures = {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPerMessage: number | null;
  readonly dbCpuMsPerMessage: number | null;
  readonly walBytesPerMessage: number;
  readonly limitPerSecond: number;
  readonly ratioToLimit: number;
  readonly limitDbCpuMsPerMessage: number | null;
  readonly halfLoad?: HalfLoad;
};

export type HalfLoad = {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

export function figuresOf(
  { counts }: Scenario,
  system: readonly Round[],
  limit: readonly Round[],
): Figures {
  const perSecond = median(system.map(({ ran }) => rate(ran, counts)));
  const limitPerSecond = median(limit.map(({ ran }) => rate(ran, counts)));
  const each = (rounds: readonly Round[], read: (meters: Meters) => number | null): number | null =>
    medianOrNull(rounds.map((round) => perMessage(round, counts, read)));
  return {
    perSecond: rounded(perSecond, 0),
    p50Ms: rounded(median(system.map(({ ran }) => ran.p50Ms)), 2),
    p99Ms: rounded(median(system.map(({ ran }) => ran.p99Ms)), 2),
    cpuMsPerMessage: each(system, ({ datacentresMs }) => datacentresMs),
    dbCpuMsPerMessage: each(system, ({ databaseMs }) => databaseMs),
    walBytesPerMessage: rounded(each(system, ({ walBytes }) => walBytes) ?? 0, 0),
    limitPerSecond: rounded(limitPerSecond, 0),
    ratioToLimit: rounded(perSecond / limitPerSecond, 3),
    limitDbCpuMsPerMessage: each(limit, ({ databaseMs }) => databaseMs),
  };
}

export function halfLoadOf(ran: Ran): HalfLoad {
  const { p50Ms, p99Ms } = ran;
  const perSecond = rounded(rate(ran, 'messages'), 0);
  return { perSecond, p50Ms: rounded(p50Ms, 2), p99Ms: rounded(p99Ms, 2) };
}

export function rate(ran: Ran, counts: Scenario['counts']): number {
  return (ran[counts] / ran.elapsedMs) * 1000;
}

function perMessage(
  { ran, before, after }: Round,
  counts: Scenario['counts'],
  read: (meters: Meters) => number | null,
): number | null {
  const [from, to] = [read(before), read(after)];
  return from === null || to === null || ran[counts] === 0 ? null : (to - from) / ran[counts];
}

function medianOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : rounded(median(known), 3);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
