import { allOf, errorsOf, type Sums, sumsOf } from './chart.ts';
import type { Counted, ProcessRow } from './repository.ts';
import { MESSAGE } from './since.ts';

/** After so long a number says nothing of now [EXPERIENCE 5]. */
export const STALE_MS = 15_000;

/** How one interface does in one datacentre. */
export type Cell = {
  readonly datacentre: string;
  readonly state: State;
  readonly perMinute: number;
  readonly errorShare: number;
  readonly mostMs: number | null;
};

export type State = 'Working' | 'Slow' | 'Failing' | 'Quiet' | 'Stale';

const WINDOW_MS = 120_000; // over two minutes, of twenty calls or more, five in a hundred fail [EXPERIENCE 6.3]
const CALLS_LEAST = 20;
const ERRORS_MOST = 0.05;
const SLOW_MS = 1_000; // of what is accepted [RELIABILITY F35]

/** Every interface by datacentre, over the last two minutes. */
export function cellsOf(
  rows: readonly Counted[],
  processes: readonly ProcessRow[],
  at: Date,
): { readonly interface: string; readonly cells: readonly Cell[] }[] {
  const recent = rows.filter((row) => row.interface !== MESSAGE && isRecent(row, at));
  const datacentres = [...new Set(processes.map(({ datacentre }) => datacentre))].toSorted();
  const fresh = new Set(
    processes.filter(({ toldAt }) => !isStale(toldAt, at)).map(({ datacentre }) => datacentre),
  );
  const doors = [...new Set(rows.map((row) => row.interface))].filter((door) => door !== MESSAGE);
  return doors.toSorted().map((door) => ({
    interface: door,
    cells: datacentres.map((datacentre) => {
      const own = recent.filter((row) => row.interface === door && row.datacentre === datacentre);
      const sums = sumsOf(own);
      const state = fresh.has(datacentre) ? stateOf(sums) : 'Stale';
      const errorShare = sums.requests === 0 ? 0 : sums.errors / sums.requests;
      return { datacentre, state, perMinute: perMinute(own, at), errorShare, mostMs: sums.mostMs };
    }),
  }));
}

function isRecent({ beganAt }: Counted, at: Date): boolean {
  return beganAt.getTime() > at.getTime() - WINDOW_MS;
}

export function isStale(toldAt: Date, at: Date): boolean {
  return at.getTime() - toldAt.getTime() > STALE_MS;
}

function stateOf({ requests, errors, mostMs }: Sums): State {
  if (requests === 0) return 'Quiet';
  if (requests >= CALLS_LEAST && errors / requests > ERRORS_MOST) return 'Failing';
  return (mostMs ?? 0) > SLOW_MS ? 'Slow' : 'Working';
}

/** Of the rows of the last two minutes, of which the newest is not over yet. */
function perMinute(rows: readonly Counted[], at: Date): number {
  const minute = 60_000;
  const sinceMs = at.getTime() - (Math.floor(at.getTime() / minute) - 1) * minute;
  const all = rows.reduce((sum, row) => sum + allOf(row), 0);
  return Math.round((all * minute * 10) / sinceMs) / 10;
}

/** Requests a minute and the share of errors, of all interfaces or of some interactions. */
export function rateOf(
  rows: readonly Counted[],
  at: Date,
  isMeant: (row: Counted) => boolean,
): { readonly perMinute: number; readonly errorShare: number; readonly mostMs: number | null } {
  const own = rows.filter((row) => isRecent(row, at) && isMeant(row));
  const all = own.reduce((sum, row) => sum + allOf(row), 0);
  const errors = own.reduce((sum, row) => sum + errorsOf(row), 0);
  return {
    perMinute: perMinute(own, at),
    errorShare: all === 0 ? 0 : errors / all,
    mostMs: sumsOf(own).mostMs,
  };
}
