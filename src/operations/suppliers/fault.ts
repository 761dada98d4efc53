import { type Cell, isSameCell } from '../components.ts';

/** What one organisation, system or party meets alone: no incident of the service, but theirs to know [EXPERIENCE 6.3]. */
export type Trouble = {
  /** `requests`: theirs fail; `deliveries`: messages that are sent to them are not taken. */
  readonly what: 'requests' | 'deliveries';
  /** `ods:FA565`, `asid:999000000201`, `party:FA565-000001`. */
  readonly who: string;
  /** All names under which they are known, with the one above. */
  readonly names: readonly string[];
  readonly cells: readonly Cell[];
  /** Requests that failed, or messages that were not taken. */
  readonly count: number;
};

export type FaultEvent =
  | { readonly kind: 'Began'; readonly at: string; readonly trouble: Trouble }
  | { readonly kind: 'Widened'; readonly at: string; readonly cells: readonly Cell[] }
  | { readonly kind: 'Ended'; readonly at: string };

/** As it was noted before faults had an end: seen, and no more is known. */
export type OnceSeen = Cell & {
  readonly who: string;
  readonly failures: number;
  readonly at: string;
};

export type LocalFault = Trouble & {
  /** `LOC-20141016-01`: what people quote. */
  readonly number: string;
  readonly beganAt: string;
  /** Null: it goes on. */
  readonly endedAt: string | null;
};

/** The fold of its events; null before the first. */
export function faultOf(
  number: string,
  events: readonly (FaultEvent | OnceSeen)[],
): LocalFault | null {
  let fault: LocalFault | null = null;
  for (const event of events) fault = evolve(number, fault, event);
  return fault;
}

function evolve(
  number: string,
  before: LocalFault | null,
  event: FaultEvent | OnceSeen,
): LocalFault | null {
  if (!('kind' in event)) {
    const { who, failures: count, component, datacentre, at } = event;
    const cells = [{ component, datacentre }];
    const trouble = { what: 'requests', who, names: [who], cells, count } as const;
    return { ...trouble, number, beganAt: at, endedAt: at };
  }
  if (event.kind === 'Began') return { ...event.trouble, number, beganAt: event.at, endedAt: null };
  if (before === null) return null;
  return event.kind === 'Ended'
    ? { ...before, endedAt: event.at }
    : { ...before, cells: [...before.cells, ...event.cells] };
}

/** Whether they are of the same people: nobody is told twice of one fault. */
export function isSameTrouble(one: Trouble, other: Trouble): boolean {
  return one.what === other.what && one.names.some((name) => other.names.includes(name));
}

/** Where it is met now and was not before. */
export function newCells(fault: Trouble, now: Trouble): Cell[] {
  return now.cells.filter((cell) => !fault.cells.some((known) => isSameCell(known, cell)));
}

/** `ODS code FA565`. */
export function nameOf(who: string): string {
  const [kind = '', name = who] = who.split(':');
  return `${NAMES[kind] ?? kind} ${name}`;
}

const NAMES: Readonly<Record<string, string>> = {
  ods: 'ODS code',
  asid: 'ASID',
  party: 'party key',
};
