import type { Answered as AnsweredAtDoor } from '../../platform/measures/answered.ts';
import type { Component, Datacentre } from '../components.ts';
import type { Minute } from '../monitor/observed.ts';
import { SYNTHETIC_HEADER } from '../probe-organisations.ts';
import { componentsOfAction } from './component-of.ts';

/** One answer, for the counts of its minute. */
export type Answered = {
  readonly components: readonly Component[];
  readonly status: number;
  readonly elapsedMs: number;
  readonly who: Who;
};

/** As a token says it; whether it is good is for others to tell. */
export type Who = { readonly ods: string | null; readonly asid: string | null };

type HeardAtDoor = Omit<AnsweredAtDoor, 'route'>;

type Counting = {
  calls: number;
  failures: number;
  readonly times: number[];
  readonly organisations: Set<string>;
  readonly failuresBy: Map<string, number>;
};

const NAMES_MAX = 200; // of one minute and component: who makes names up fills no memory
const TIMES_MAX = 2_000;

/** Counts what users meet, minute by minute; what the probes do is left out [EXPERIENCE 6.3]. */
export class Counts {
  readonly #datacentre: Datacentre;
  readonly #without: ReadonlySet<string>;
  #minutes = new Map<string, Counting>();

  constructor(datacentre: Datacentre, without: readonly string[]) {
    this.#datacentre = datacentre;
    this.#without = new Set(without);
  }

  add({ components, status, elapsedMs, who }: Answered): void {
    if (who.ods !== null && this.#without.has(who.ods)) return;
    for (const component of components) {
      const counting = this.#of(component);
      counting.calls += 1;
      if (counting.times.length < TIMES_MAX) counting.times.push(elapsedMs);
      else counting.times[counting.calls % TIMES_MAX] = elapsedMs;
      const isNew = who.ods !== null && counting.organisations.size < NAMES_MAX;
      if (isNew && who.ods !== null) counting.organisations.add(who.ods);
      if (!isFailure(status)) continue;
      counting.failures += 1;
      if (who.ods !== null) count(counting.failuresBy, `ods:${who.ods}`);
      if (who.asid !== null) count(counting.failuresBy, `asid:${who.asid}`);
    }
  }

  /** An answer of the door for HL7 V3, by its SOAPAction. */
  hear({ request: { headers }, response: { status, about }, elapsedMs }: HeardAtDoor): void {
    const components = componentsOfAction(headers['soapaction'] ?? '');
    if (this.#without.size > 0 && headers[SYNTHETIC_HEADER] !== undefined) return;
    const { organisation: ods = null, asid = null, reason = null } = about ?? {};
    // What is no message is answered 500, and is a refusal all the same [EPS-HL7V3 3.3].
    const isRefusal = status === 500 && reason !== null;
    this.add({ components, status: isRefusal ? 400 : status, elapsedMs, who: { ods, asid } });
  }

  /** Those since the last time this was asked. */
  take(at: Date): Minute[] {
    const taken = [...this.#minutes].map(([component, counting]) => ({
      at,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only components are counted
      component: component as Component,
      datacentre: this.#datacentre,
      calls: counting.calls,
      failures: counting.failures,
      p99Ms: p99(counting.times),
      organisations: counting.organisations.size,
      failuresBy: Object.fromEntries(counting.failuresBy),
    }));
    this.#minutes = new Map();
    return taken;
  }

  #of(component: Component): Counting {
    const known = this.#minutes.get(component);
    if (known !== undefined) return known;
    const fresh = {
      calls: 0,
      failures: 0,
      times: [],
      organisations: new Set<string>(),
      failuresBy: new Map<string, number>(),
    };
    this.#minutes.set(component, fresh);
    return fresh;
  }
}

/** What a user cannot work on from: the service's faults, and not being let in. A refusal by a rule is an answer. */
function isFailure(status: number): boolean {
  return status >= 500 || status === 401 || status === 403 || status === 408 || status === 429;
}

function count(counts: Map<string, number>, name: string): void {
  if (counts.size < NAMES_MAX || counts.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
}

function p99(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
}
