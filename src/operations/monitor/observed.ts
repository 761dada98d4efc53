import type { Cell, Component, Datacentre } from '../components.ts';

/** What came of one step of a synthetic journey [EXPERIENCE 6.3]. */
export type Step = Cell & {
  /** `late`: it did not end within its time; `not-reached`: one before it failed. */
  readonly outcome: 'ok' | 'failed' | 'late' | 'not-reached';
  readonly elapsedMs: number;
  /** Why it failed, for those who mend it: a status, a code; nothing of a person. */
  readonly detail: string | null;
};

/** All journeys that were made at one time. */
export type Round = { readonly at: Date; readonly steps: readonly Step[] };

/** What the users of one component at one datacentre met in one minute; the probes' own calls are not in it. */
export type Minute = Cell & {
  readonly at: Date;
  readonly calls: number;
  readonly failures: number;
  readonly p99Ms: number;
  /** Organisations that called. */
  readonly organisations: number;
  /** Failures of each organisation and of each system (ASID), those with most first. */
  readonly failuresBy: Readonly<Record<string, number>>;
};

/** Messages for one party that were not taken: they wait for too long, or were given up a short while ago. */
export type LateParty = {
  /** Its party key. */
  readonly party: string;
  /** As `ods:FA565` and `asid:999000000201`: whose systems are behind it. */
  readonly names: readonly string[];
  readonly waiting: number;
  readonly lost: number;
};

/** A look at all that should have been delivered. */
export type LateLook = { readonly at: Date; readonly parties: readonly LateParty[] };

/** What is usual for a component at this hour, of the week before. */
export type Usual = { readonly p99Ms: number; readonly organisations: number };

export type Observed = {
  readonly now: Date;
  /** After a jump of the clock or a pause of the machine, when it went on: nothing is late by time that nobody had. */
  readonly resumedAt: Date | null;
  /** Since when anybody has looked without a break. */
  readonly begunAt: Date;
  /** From old to new; at least those of the last ten minutes. */
  readonly rounds: readonly Round[];
  /** Those of the last ten minutes. */
  readonly minutes: readonly Minute[];
  /** From old to new, those of the last ten minutes. */
  readonly late: readonly LateLook[];
  readonly usual: Readonly<Partial<Record<Component, Usual>>>;
};

/** How long something has lasted; a jump of the clock does not count. */
export function since({ now, resumedAt }: Pick<Observed, 'now' | 'resumedAt'>, at: Date): number {
  const from = resumedAt === null ? at.getTime() : Math.max(at.getTime(), resumedAt.getTime());
  return Math.max(0, now.getTime() - from);
}

/** Whoever begins to look may be quicker than what is looked at: it has so long to come. */
export const FIRST_MS = 2 * 60_000;

export function isFirst({ now, begunAt }: Pick<Observed, 'now' | 'begunAt'>): boolean {
  return now.getTime() - begunAt.getTime() < FIRST_MS;
}

/** Whether a cell is only being found out about: nobody has come through it since the looking began. */
export function isAwaited(observed: Observed, { component, datacentre }: Cell): boolean {
  if (!isFirst(observed)) return false;
  const steps = stepsOf(observed.rounds, component, datacentre);
  return !steps.some(({ at, outcome }) => at >= observed.begunAt && outcome === 'ok');
}

export function isBad({ outcome }: Pick<Step, 'outcome'>): boolean {
  return outcome === 'failed' || outcome === 'late';
}

/** Steps of a cell, the newest first. */
export function stepsOf(
  rounds: readonly Round[],
  component: Component,
  datacentre: Datacentre,
): readonly (Step & { readonly at: Date })[] {
  return rounds
    .flatMap(({ at, steps }) =>
      steps
        .filter((step) => step.component === component && step.datacentre === datacentre)
        .map((step) => ({ ...step, at })),
    )
    .toReversed();
}
