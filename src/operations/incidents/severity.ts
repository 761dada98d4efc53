import type { LondonDate } from '../../kernel/london.ts';
import { addWorkingDays } from '../../kernel/working-day.ts';
import { COMPONENTS, type Cell, DATACENTRES, type Weight } from '../components.ts';

export const LEVELS = [1, 2, 3, 4, 5] as const;
/** Of an impact, of an urgency and of a severity: 1 is the worst. */
export type Level = (typeof LEVELS)[number];

export function parseLevel(text: string): Level | null {
  return LEVELS.find((level) => String(level) === text) ?? null;
}

/** Rows are impact, columns urgency [EXPERIENCE 6.2]. */
const MATRIX: Readonly<Record<Level, Readonly<Record<Level, Level>>>> = {
  1: { 1: 1, 2: 1, 3: 2, 4: 2, 5: 3 },
  2: { 1: 1, 2: 2, 3: 2, 4: 3, 5: 4 },
  3: { 1: 2, 2: 3, 3: 3, 4: 4, 5: 4 },
  4: { 1: 3, 2: 3, 3: 4, 4: 4, 5: 5 },
  5: { 1: 4, 2: 5, 3: 5, 4: 5, 5: 5 },
};

export function severityOf(impact: Level, urgency: Level): Level {
  return MATRIX[impact][urgency];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * What each severity asks of those who deal with it [EXPERIENCE 6.2]: within how many hours to mend it (of all hours,
 * or of supported ones), how soon to say something in public, and how often at least; null: not at all, or on change.
 */
export const SEVERITIES = {
  1: { fix: '4 hours', firstPostMs: 10 * MINUTE_MS, updateEveryMs: 30 * MINUTE_MS },
  2: { fix: '8 hours', firstPostMs: 20 * MINUTE_MS, updateEveryMs: HOUR_MS },
  3: { fix: '40 supported hours', firstPostMs: 4 * HOUR_MS, updateEveryMs: DAY_MS },
  4: { fix: '120 supported hours', firstPostMs: DAY_MS, updateEveryMs: null },
  5: { fix: '240 supported hours', firstPostMs: null, updateEveryMs: null },
} as const satisfies Record<
  Level,
  {
    readonly fix: string;
    readonly firstPostMs: number | null;
    readonly updateEveryMs: number | null;
  }
>;

/** A calculated severity 1 waits so long for a person, then it is published without one [EXPERIENCE 6.3]. */
export const PUBLISH_ALONE_MS = 10 * MINUTE_MS;

/** Severity 1 and 2: a high severity service incident; only a person closes it [EXPERIENCE 6.2, 6.3]. */
export function isHighSeverity(severity: Level): boolean {
  return severity <= 2;
}

const REPORT_WORKING_DAYS = 5;

/** The last day for the report of one that was resolved on this day [EXPERIENCE 6.4]. */
export function reportDueOn(resolvedOn: LondonDate): LondonDate {
  return addWorkingDays(resolvedOn, REPORT_WORKING_DAYS);
}

/** When an update is due that follows one at this time; null: none is. */
export function nextUpdateAfter(severity: Level, at: Date): Date | null {
  const everyMs = SEVERITIES[severity].updateEveryMs;
  return everyMs === null ? null : new Date(at.getTime() + everyMs);
}

/** What is known when a fault is noticed. */
export type Facts = {
  readonly cells: readonly Cell[];
  /** Nothing gets through; false: slow, or some of it does. */
  readonly isOutage: boolean;
  /** Organisations that met a failure in the last ten minutes, of those usual at this hour; null: too few to tell. */
  readonly shareAffected: number | null;
  /** Data are lost or wrong. */
  readonly isDataAtRisk: boolean;
};

export type Suggestion = {
  readonly impact: Level;
  readonly urgency: Level;
  readonly severity: Level;
  readonly reason: string;
};

const IMPACT_OF: Readonly<Record<Weight, Level>> = { gate: 1, core: 2, support: 3, minor: 4 };
const MANY = 0.3; // as many as could not sign in in October 2014 [EXPERIENCE 6]
const FEW = 0.02;

/** Calculated; a person confirms it [EXPERIENCE 6.2]. */
export function suggest(facts: Facts): Suggestion {
  const impact = impactOf(facts);
  const urgency = urgencyOf(facts);
  const severity = severityOf(impact, urgency);
  const share =
    facts.shareAffected === null
      ? ''
      : `; ${Math.round(facts.shareAffected * 100)}% of the organisations usual at this hour met it`;
  const what = facts.isDataAtRisk ? 'data are at risk' : `${widest(facts.cells)} component`;
  return { impact, urgency, severity, reason: `${what}, ${placesWords(facts.cells)}${share}` };
}

function impactOf({ cells, shareAffected, isDataAtRisk }: Facts): Level {
  if (isDataAtRisk) return 1;
  if (shareAffected !== null && shareAffected >= MANY) return 1;
  const weighed = IMPACT_OF[widest(cells)];
  const isSmall = shareAffected !== null && shareAffected < FEW;
  return isSmall ? lower(weighed) : weighed;
}

/** A whole outage at all datacentres leaves no way around it. */
function urgencyOf({ cells, isOutage, isDataAtRisk }: Facts): Level {
  if (isDataAtRisk) return 1;
  if (!isOutage) return 3;
  return isEverywhere(cells) ? 1 : 2;
}

function lower(level: Level): Level {
  return LEVELS[Math.min(level, LEVELS.length - 1)] ?? level;
}

function widest(cells: readonly Cell[]): Weight {
  const weights: readonly Weight[] = ['gate', 'core', 'support'];
  const found = weights.find((weight) =>
    cells.some(({ component }) => COMPONENTS[component].weight === weight),
  );
  return found ?? 'minor';
}

function isEverywhere(cells: readonly Cell[]): boolean {
  return DATACENTRES.every((datacentre) => cells.some((cell) => cell.datacentre === datacentre));
}

function placesWords(cells: readonly Cell[]): string {
  if (isEverywhere(cells)) return 'both datacentres';
  return `datacentre ${(cells[0]?.datacentre ?? 'a').toUpperCase()}`;
}
