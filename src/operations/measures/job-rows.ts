import type { Queues } from './findings.ts';
import type { Finding, JobRow } from './repository.ts';
import { howLong } from './words.ts';

const LATE_AFTER = 3; // times that it should have had a turn
const LATE_LEAST_MS = 30_000;

/** Jobs with their last turns, and how many wait for them. */
export function jobsModel(turns: readonly JobRow[], queues: Finding<Queues> | null, at: Date) {
  return {
    rows: turns.map((turn) => ({
      ...turn,
      every: howLong(turn.everyMs),
      ago: howLong(at.getTime() - turn.turnedAt.getTime()),
      ...tagOf(turn, at),
    })),
    depths: (queues?.found.depths ?? []).map(({ name, count, oldestAt }) => ({
      name,
      count,
      oldest: oldestAt === null ? 'none' : howLong(at.getTime() - new Date(oldestAt).getTime()),
    })),
    lookedAt: queues?.lookedAt ?? null,
  };
}

function tagOf({ outcome, everyMs, turnedAt }: JobRow, at: Date) {
  const lateMs = at.getTime() - turnedAt.getTime();
  if (lateMs > Math.max(LATE_LEAST_MS, everyMs * LATE_AFTER)) return { tag: 'Late', colour: 'red' };
  if (outcome === 'failed') return { tag: 'Failed', colour: 'red' };
  return { tag: WORDS[outcome] ?? outcome, colour: outcome === 'done' ? 'green' : 'grey' };
}

const WORDS: Readonly<Record<string, string>> = {
  done: 'Did some work',
  nothing: 'Nothing to do',
  elsewhere: 'Done by another process',
};
