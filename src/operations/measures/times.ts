import { SECONDS } from '../../platform/measures/seconds.ts';

/** Counts by how long requests took, added up place by place. */
export function addTimes(rows: readonly (readonly number[])[]): number[] {
  return [...SECONDS, Infinity].map((_, place) =>
    rows.reduce((sum, times) => sum + (times[place] ?? 0), 0),
  );
}

/**
 * In how many milliseconds so large a share of the requests was answered; within its bucket they are taken to be spread
 * evenly. Null: there were none.
 */
export function percentileMs(times: readonly number[], share: number): number | null {
  const all = times.reduce((sum, one) => sum + one, 0);
  if (all === 0) return null;
  let below = 0;
  for (const [place, count] of times.entries()) {
    if (below + count >= all * share) {
      const from = SECONDS[place - 1] ?? 0;
      const to = SECONDS[place] ?? from; // of those that took longer than all limits only that is known
      const part = count === 0 ? 0 : (all * share - below) / count;
      return Math.round((from + (to - from) * part) * 1_000);
    }
    below += count;
  }
  return null;
}
