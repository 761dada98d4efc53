import type { Meters } from './installation.ts';
import type { Ran } from './load.ts';
import { type Kind, KINDS, type Question, type Step } from './prescriptions.ts';

/** A scenario; `counts` says what a message is in its figures. */
export type Scenario = {
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly counts: 'messages' | 'prescriptions';
  /** Something that the bare client writes too. */
  readonly hasLimit: boolean;
  /** The door that its messages come by. */
  readonly door: 'fhir' | 'hl7v3';
  /** The same by the FHIR door: the round before it. */
  readonly twin?: Step;
};

const written = (name: Step): Scenario => ({
  name,
  kinds: [name],
  counts: 'messages',
  hasLimit: true,
  door: 'fhir',
});
const asked = (name: Question): Scenario => ({
  name,
  kinds: [name],
  counts: 'messages',
  hasLimit: false,
  door: 'fhir',
});
/** Over kept-alive TLS with client certificates. */
const byHl7 = (name: string, kind: Step): Scenario => ({
  name,
  kinds: [kind],
  counts: 'messages',
  hasLimit: false,
  door: 'hl7v3',
  twin: kind,
});

export const MIXED: Scenario = {
  name: 'mixed',
  kinds: KINDS,
  counts: 'messages',
  hasLimit: true,
  door: 'fhir',
};

/**
 * What is asked comes after the orders: `$verify-signature` is of kept ones, and both run code that orders have compiled.
 * The two doors take turns: the speed of the machine is the same for both.
 */
export const SCENARIOS = [
  written('create'),
  byHl7('hl7v3Create', 'create'),
  asked('verifySignature'),
  asked('prepare'),
  { ...written('releaseNominated'), counts: 'prescriptions' },
  { ...byHl7('hl7v3ReleaseNominated', 'releaseNominated'), counts: 'prescriptions' },
  written('dispense'),
  byHl7('hl7v3Dispense', 'dispense'),
  written('claim'),
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
  /** Null where the bare client has nothing to write. */
  readonly limitPerSecond: number | null;
  readonly ratioToLimit: number | null;
  readonly limitDbCpuMsPerMessage: number | null;
  /** Our CPU in times of that of its twin by the FHIR door, round by round: the median. */
  readonly cpuTimesTwin?: number | null;
  readonly halfLoad?: HalfLoad;
  /** The bare client at the same rate: what the machine and the database do not go below. */
  readonly limitHalfLoad?: HalfLoad;
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
  const limitPerSecond =
    limit.length === 0 ? null : median(limit.map(({ ran }) => rate(ran, counts)));
  const each = (rounds: readonly Round[], read: (meters: Meters) => number | null): number | null =>
    medianOrNull(rounds.map((round) => perMessage(round, counts, read)));
  return {
    perSecond: rounded(perSecond, 0),
    p50Ms: rounded(median(system.map(({ ran }) => ran.p50Ms)), 2),
    p99Ms: rounded(median(system.map(({ ran }) => ran.p99Ms)), 2),
    cpuMsPerMessage: each(system, ({ datacentresMs }) => datacentresMs),
    dbCpuMsPerMessage: each(system, ({ databaseMs }) => databaseMs),
    walBytesPerMessage: rounded(each(system, ({ walBytes }) => walBytes) ?? 0, 0),
    limitPerSecond: limitPerSecond === null ? null : rounded(limitPerSecond, 0),
    ratioToLimit: limitPerSecond === null ? null : rounded(perSecond / limitPerSecond, 3),
    limitDbCpuMsPerMessage: each(limit, ({ databaseMs }) => databaseMs),
  };
}

/** What the median of both would hide: a machine whose speed is another in each round. */
export function cpuTimesTwin(
  { counts }: Scenario,
  system: readonly Round[],
  twin: readonly Round[],
): number | null {
  const cpu = (round: Round | undefined): number | null =>
    round === undefined ? null : perMessage(round, counts, ({ datacentresMs }) => datacentresMs);
  return medianOrNull(
    system.map((round, at) => {
      const [ours, theirs] = [cpu(round), cpu(twin[at])];
      return ours === null || theirs === null ? null : ours / theirs;
    }),
  );
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
