import { COMPONENT_IDS, type Component, DATACENTRES, type Datacentre } from './components.ts';
import type { Open } from './incidents/decide.ts';
import type { Minute, Observed, Round, Step } from './monitor/observed.ts';

/** A time of the day of the drill; minutes after seven in the morning. */
export function minute(minutes: number): Date {
  return new Date(Date.parse('2014-10-16T06:00:00Z') + minutes * 60_000);
}

export type Broken = readonly (readonly [Component, Datacentre])[];

/** A round in which all is well but for what is named. */
export function aRound(at: Date, broken: Broken = []): Round {
  return { at, steps: stepsWith(broken) };
}

export function stepsWith(broken: Broken = []): Step[] {
  return COMPONENT_IDS.flatMap((component) =>
    DATACENTRES.map((datacentre) => {
      const isBroken = broken.some(([one, site]) => one === component && site === datacentre);
      const outcome = isBroken ? ('failed' as const) : ('ok' as const);
      return { component, datacentre, outcome, elapsedMs: 20, detail: isBroken ? '503' : null };
    }),
  );
}

export function anObserved(now: Date, more: Partial<Observed> = {}): Observed {
  const begunAt = new Date(0); // long ago
  return { now, resumedAt: null, begunAt, rounds: [], minutes: [], late: [], usual: {}, ...more };
}

export function aMinute(at: Date, more: Partial<Minute> = {}): Minute {
  return {
    at,
    component: 'dispense',
    datacentre: 'a',
    calls: 100,
    failures: 0,
    p99Ms: 40,
    organisations: 50,
    failuresBy: {},
    ...more,
  };
}

export function anOpening(more: Partial<Open> = {}): Open {
  return {
    at: minute(0),
    beganAt: minute(0),
    by: 'incident-lead',
    symptom: 'Smartcards are refused at datacentre A',
    impact: 1,
    urgency: 2,
    isOutage: true,
    cells: [{ component: 'sign-in', datacentre: 'a' }],
    users: ['practices', 'pharmacies'],
    ...more,
  };
}
