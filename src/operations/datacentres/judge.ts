import { howLong } from '../measures/words.ts';

/** What a drill of moving the writes to the other datacentre and back found; as it is kept, and shown. */
export type MoveDrill = {
  /** ISO 8601: when it began. */
  readonly at: string;
  readonly from: 'a' | 'b';
  readonly tookMs: number;
  /** For how long at most no write was acknowledged. */
  readonly pauseMs: number;
  readonly acknowledged: number;
  /** Acknowledged, and not there any more. */
  readonly lost: number;
  /** Why the writes did not move, or not back; null: they did. */
  readonly problem: string | null;
};

/** The name under which the last drill is kept. */
export const MOVE_DRILL = 'datacentre-drill';

const PAUSE_MAX_MS = 5_000; // of a planned switch [RELIABILITY 1]
const DRILL_WITHIN_MS = 31 * 86_400_000; // every month, as restores are tried

/** Whether the writes moved and came back, in time and whole. */
export function isGood({ pauseMs, lost, problem }: MoveDrill): boolean {
  return problem === null && lost === 0 && pauseMs <= PAUSE_MAX_MS;
}

/** The last drill in words; null: there was none. */
export function drillModel(drill: MoveDrill | null, now: Date): object | null {
  if (drill === null) return null;
  const { at, from, pauseMs, acknowledged, lost, problem } = drill;
  const ageMs = Math.max(0, now.getTime() - Date.parse(at));
  const isOverdue = ageMs > DRILL_WITHIN_MS;
  const isBad = !isGood(drill) || isOverdue;
  return {
    ago: howLong(ageMs),
    tag: isGood(drill) ? (isOverdue ? 'Overdue' : 'Good') : 'Failed',
    colour: isBad ? 'red' : 'green',
    from: from.toUpperCase(),
    pause: `${(pauseMs / 1_000).toFixed(1)} s`,
    wanted: `${PAUSE_MAX_MS / 1_000} s`,
    acknowledged,
    lost,
    problem,
  };
}
