import { setTimeout as pause } from 'node:timers/promises';

import { COMPONENT_IDS, type Component, isComponent, type State } from '../components.ts';
import type { Incident } from '../incidents/incident.ts';
import { dueNotices } from '../maintenance/maintenance.ts';
import {
  appendIncident,
  appendMaintenance,
  incidentsIn,
  maintenanceIn,
  newNumber,
} from '../record.ts';
import { barOf, type StateChange } from '../site/bars.ts';
import type { Snapshot } from '../site/snapshot.ts';
import type { Store } from '../store/repository.ts';
import { noteTroubles } from '../suppliers/record.ts';
import {
  isFirst,
  type Minute,
  type Observed,
  type Round,
  type Step,
  type Usual,
} from './observed.ts';
import { type Cells, statesOf, UNKNOWN_AFTER_MS, wholeOf } from './states.ts';
import { watch } from './watch.ts';

/** Where time comes from: that of the wall, and one that never jumps. */
export type Timekeeper = { now(): Date; steadyMs(): number };

export const REAL_TIME: Timekeeper = {
  now: () => new Date(),
  steadyMs: () => performance.now(),
};

export type Monitor = {
  /** One round of all journeys, and what follows from it. */
  round(): Promise<void>;
  /** How all is, from what was observed. */
  snapshot(): Snapshot;
  /** Goes on until it is closed, a round after the other; quicker until all that is looked at has been seen once. */
  start(everyMs: number): { close(): Promise<void> };
};

const KEEP_ROUNDS_MS = 20 * 60_000;
const KEEP_MINUTES_MS = 8 * 24 * 3_600_000;
const WINDOW_MS = 10 * 60_000;
const WEEK_MS = 7 * 24 * 3_600_000;
const HOUR_MS = 3_600_000;
const JUMP_MS = 30_000;
const FIRST_EVERY_MS = 5_000;

export function openMonitor(parts: {
  readonly store: Store;
  readonly url: string;
  readonly time: Timekeeper;
  /** All journeys at all datacentres; each step has its limit, and so it always ends. */
  readonly probe: () => Promise<readonly Step[]>;
  readonly onWritten: () => void;
  readonly onFailure: (error: unknown) => void;
}): Monitor {
  const { store, time } = parts;
  const jumps = openJumps(time);
  const changes = stateChangesIn(store);
  const begunAt = begunIn(store, time.now());
  const observe = (): Observed =>
    observedNow(store, { begunAt, now: time.now(), resumedAt: jumps.resumedAt() });
  const snapshot = (): Snapshot => snapshotOf(store, parts.url, observe(), changes);
  const round = async (): Promise<void> => {
    const steps = await parts.probe();
    jumps.look();
    const at = time.now();
    store.transaction(() => {
      keepRound(store, { at, steps });
      const observed = observe();
      note(store, observed);
      noteStates(store, observed, changes);
    });
    parts.onWritten();
  };
  return {
    round,
    snapshot,
    start: (everyMs) => {
      const restMs = (): number =>
        snapshot().isBeginning ? Math.min(everyMs, FIRST_EVERY_MS) : everyMs;
      return repeat(round, restMs, parts.onFailure);
    },
  };
}

function repeat(
  round: () => Promise<void>,
  everyMs: () => number,
  onFailure: (error: unknown) => void,
): { close(): Promise<void> } {
  const closing = new AbortController();
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const begun = performance.now();
      try {
        await round();
      } catch (error) {
        onFailure(error); // and on: a store that cannot be written now may be later
      }
      const restMs = Math.max(0, everyMs() - (performance.now() - begun));
      await pause(restMs, undefined, { signal: closing.signal, ref: false }).then(
        () => undefined,
        () => undefined,
      );
    }
  };
  const running = run();
  return {
    close: async () => {
      closing.abort();
      await running;
    },
  };
}

/** Notices when the clock of the wall went another way than time does. */
function openJumps(time: Timekeeper): { look(): void; resumedAt(): Date | null } {
  let last = { wallMs: time.now().getTime(), steadyMs: time.steadyMs() };
  let resumedAt: Date | null = null;
  return {
    look: () => {
      const now = { wallMs: time.now().getTime(), steadyMs: time.steadyMs() };
      const off = now.wallMs - last.wallMs - (now.steadyMs - last.steadyMs);
      if (Math.abs(off) > JUMP_MS) resumedAt = new Date(now.wallMs);
      last = now;
    },
    resumedAt: () => resumedAt,
  };
}

function keepRound({ observed }: Store, round: Round): void {
  observed.keepRound(round, new Date(round.at.getTime() - KEEP_ROUNDS_MS));
  observed.forgetMinutes(new Date(round.at.getTime() - KEEP_MINUTES_MS));
}

/** Since when there has been no break in the rounds that are kept. */
function begunIn({ observed }: Store, now: Date): Date {
  const rounds = observed.rounds();
  const last = rounds.at(-1)?.at ?? null;
  if (last === null || now.getTime() - last.getTime() > UNKNOWN_AFTER_MS) return now;
  return rounds[0]?.at ?? now;
}

function observedNow(
  { observed }: Store,
  times: Pick<Observed, 'now' | 'resumedAt' | 'begunAt'>,
): Observed {
  const { now } = times;
  const later = new Date(now.getTime() + 1);
  const from = new Date(now.getTime() - WINDOW_MS);
  return {
    ...times,
    rounds: observed.rounds(),
    minutes: observed.minutes(from, later),
    late: observed.late(from),
    usual: usualOf(observed, now),
  };
}

/** Of the same hour of each of the seven days before. */
function usualOf(observed: Store['observed'], now: Date): Observed['usual'] {
  const all = observed.minutes(
    new Date(now.getTime() - WEEK_MS),
    new Date(now.getTime() - HOUR_MS),
  );
  const sameHour = all.filter(({ at }) => at.getUTCHours() === now.getUTCHours());
  const by = Map.groupBy(sameHour, ({ component }) => component);
  return Object.fromEntries([...by].map(([component, minutes]) => [component, usual(minutes)]));
}

function usual(minutes: readonly Minute[]): Usual {
  const middle = (values: readonly number[]): number =>
    values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
  return {
    p99Ms: middle(minutes.map(({ p99Ms }) => p99Ms)),
    organisations: middle(minutes.map(({ organisations }) => organisations)),
  };
}

/** Within a transaction: what the rules make of it. */
function note(store: Store, observed: Observed): void {
  for (const { number, events } of watch(observed, incidentsIn(store))) {
    appendIncident(store, number ?? newNumber(store, 'INC', observed.now), events);
  }
  noteTroubles(store, observed);
  for (const maintenance of maintenanceIn(store)) {
    const at = observed.now.toISOString();
    const due = dueNotices(maintenance, observed.now);
    const announced = due.map((notice) => ({ kind: 'Announced', at, notice }) as const);
    if (announced.length > 0) appendMaintenance(store, maintenance.number, announced);
  }
}

type Changes = Map<Component, StateChange[]>;

const COMPONENT = 'component/';

function stateChangesIn(store: Store): Changes {
  const changes: Changes = new Map();
  for (const { stream, body } of store.events(COMPONENT)) {
    const component = stream.slice(COMPONENT.length);
    if (!isComponent(component)) continue;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as noteStates wrote it
    changes.set(component, [...(changes.get(component) ?? []), body as StateChange]);
  }
  return changes;
}

/** Within a transaction. */
function noteStates(store: Store, observed: Observed, changes: Changes): void {
  const states = statesOf(observed, incidentsIn(store), maintenanceIn(store));
  for (const component of COMPONENT_IDS) {
    const state: State = wholeOf(states[component]);
    const known = changes.get(component) ?? [];
    if (known.at(-1)?.state === state) continue;
    const change = { at: observed.now.toISOString(), state };
    store.append(`${COMPONENT}${component}`, [change]);
    changes.set(component, [...known, change]);
  }
}

function snapshotOf(store: Store, url: string, observed: Observed, changes: Changes): Snapshot {
  const shown = (incident: Incident): boolean => !incident.isDismissed;
  const incidents = incidentsIn(store).filter(shown).toReversed();
  const maintenance = maintenanceIn(store);
  const of = <Value>(value: (component: Component) => Value): Record<Component, Value> =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an entry for each component
    Object.fromEntries(COMPONENT_IDS.map((id) => [id, value(id)])) as Record<Component, Value>;
  const { now } = observed;
  const states = statesOf(observed, incidents, maintenance);
  return {
    now,
    url,
    states,
    since: of((id) => changes.get(id)?.at(-1)?.at ?? now.toISOString()),
    incidents,
    maintenance,
    bars: of((id) => barOf(changes.get(id) ?? [], now)),
    lastCheckedAt: observed.rounds.at(-1)?.at ?? null,
    isBeginning: isFirst(observed) && COMPONENT_IDS.some((id) => isUnseen(states[id])),
  };
}

function isUnseen({ a, b }: Cells): boolean {
  return a === 'unknown' || b === 'unknown';
}
