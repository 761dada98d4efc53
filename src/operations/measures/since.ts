import type { Outcome } from '../../platform/measures/outcome.ts';
import { SECONDS } from '../../platform/measures/seconds.ts';

/** A counter as it stood. */
export type Reading = {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

export type Readings = Readonly<
  Record<'requests' | 'times' | 'messages' | 'sites' | 'refusals', readonly Reading[]>
>;

export type Outcomes = Readonly<Record<Outcome, number>>;

/** What came of one interaction of one interface, and how long it took. */
export type Measured = Outcomes & {
  readonly interface: string;
  readonly interaction: string;
  readonly times: readonly number[];
};

/** What came of the requests for one organisation by one system. */
export type OfSite = Outcomes & {
  readonly organisation: string;
  readonly asid: string;
  readonly interface: string;
};

export type Since = { readonly measured: readonly Measured[]; readonly sites: readonly OfSite[] };

/** The interface under which messages stand, whichever door they came through. */
export const MESSAGE = 'message';

/** The interface under which refusals of an interface stand, by their code in the place of the interaction. */
export function refusalsAt(door: string): string {
  return `${REFUSALS}${door}`;
}

export const REFUSALS = 'refusals ';

const NONE: Outcomes = {
  accepted: 0,
  refused: 0,
  denied: 0,
  limited: 0,
  unavailable: 0,
  failed: 0,
};

/** What was counted between two looks at the counters of one process; of what did not change, nothing. */
export function since(before: Readings | null, after: Readings): Since {
  const measured = new Map<string, Measured>();
  const sites = new Map<string, OfSite>();
  for (const { labels, value } of changes(before?.requests, after.requests)) {
    const { interface: door = '', interaction = '', outcome = '' } = labels;
    addTo(measured, `${door} ${interaction}`, outcome, value, {
      ...NONE,
      interface: door,
      interaction,
      times: [],
    });
  }
  for (const [key, times] of timesOf(changes(before?.times, after.times))) {
    const known = measured.get(key);
    if (known !== undefined) measured.set(key, { ...known, times });
  }
  for (const { labels, value } of changes(before?.messages, after.messages)) {
    const { interaction = '', outcome = '' } = labels;
    const fresh = { ...NONE, interface: MESSAGE, interaction, times: [] };
    addTo(measured, `${MESSAGE} ${interaction}`, outcome, value, fresh);
  }
  for (const { labels, value } of changes(before?.refusals, after.refusals)) {
    const { interface: door = '', code = '' } = labels;
    const fresh = { ...NONE, interface: refusalsAt(door), interaction: code, times: [] };
    addTo(measured, `${REFUSALS}${door} ${code}`, 'refused', value, fresh);
  }
  for (const { labels, value } of changes(before?.sites, after.sites)) {
    const { organisation = '', asid = '', interface: door = '', outcome = '' } = labels;
    const fresh = { ...NONE, organisation, asid, interface: door };
    addTo(sites, `${organisation} ${asid} ${door}`, outcome, value, fresh);
  }
  return { measured: [...measured.values()], sites: [...sites.values()] };
}

function addTo<Row extends Outcomes>(
  rows: Map<string, Row>,
  key: string,
  outcome: string,
  ...[by, fresh]: readonly [by: number, fresh: Row]
): void {
  const row = rows.get(key) ?? fresh;
  const isOutcome = Object.hasOwn(NONE, outcome);
  rows.set(key, isOutcome ? { ...row, [outcome]: numberIn(row, outcome) + by } : row);
}

function numberIn(row: Outcomes, outcome: string): number {
  return Object.entries(row).find(([name]) => name === outcome)?.[1] ?? 0;
}

function changes(before: readonly Reading[] = [], after: readonly Reading[]): Reading[] {
  const stood = new Map(before.map(({ labels, value }) => [keyOf(labels), value]));
  return after.flatMap(({ labels, value }) => {
    const by = value - (stood.get(keyOf(labels)) ?? 0);
    return by > 0 ? [{ labels, value: by }] : [];
  });
}

function keyOf(labels: Reading['labels']): string {
  return Object.values(labels).join('\n');
}

/** Buckets of a histogram hold all that took as long or less: here each limit has its own. */
function timesOf(readings: readonly Reading[]): Map<string, number[]> {
  const cumulative = new Map<string, [limit: number, count: number][]>();
  for (const { labels, value } of readings) {
    const { interface: door = '', interaction = '', le = '' } = labels;
    const key = `${door} ${interaction}`;
    const limit = le === '+Inf' ? Infinity : Number(le);
    cumulative.set(key, [...(cumulative.get(key) ?? []), [limit, value]]);
  }
  return new Map([...cumulative].map(([key, counts]) => [key, eachAlone(counts)]));
}

function eachAlone(counts: readonly [limit: number, count: number][]): number[] {
  const found = new Map(counts);
  let below = 0;
  return [...SECONDS, Infinity].map((limit) => {
    const upTo = found.get(limit) ?? below;
    const alone = upTo - below;
    below = upTo;
    return alone;
  });
}
