import type { Job, Turn } from '../jobs.ts';

/** Whether the jobs of one process have their turns in time and get through them. */
export type JobWatch = {
  readonly onTurn: (job: Pick<Job, 'name' | 'everyMs'>, turn: Pick<Turn, 'outcome'>) => void;
  /** Names of those that are late, or have failed twice running. */
  readonly troubled: () => string[];
};

const LATE_AFTER = 3; // times that it should have had a turn
const LATE_LEAST_MS = 30_000;
const FAILURES = 2;

/** `steadyMs`: a time that never jumps. */
export function openJobWatch(steadyMs: () => number = () => performance.now()): JobWatch {
  const jobs = new Map<string, { readonly lateAt: number; readonly failures: number }>();
  return {
    onTurn: ({ name, everyMs }, { outcome }) => {
      const lateAt = steadyMs() + Math.max(LATE_LEAST_MS, everyMs * LATE_AFTER);
      const failures = outcome === 'failed' ? (jobs.get(name)?.failures ?? 0) + 1 : 0;
      jobs.set(name, { lateAt, failures });
    },
    troubled: () =>
      [...jobs].flatMap(([name, { lateAt, failures }]) =>
        failures >= FAILURES || steadyMs() > lateAt ? [name] : [],
      ),
  };
}
