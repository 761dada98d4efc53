import { changesIn, feedFiles, type Owner } from './read-feed.ts';

/** How far a feed goes, and how far behind it a store is. */
export type FeedEnd = {
  /** The highest number in it; 0 for an empty one. */
  readonly last: number;
  /** Between the commit of what was applied last and that of the last one; 0 when all is applied. */
  readonly lagSeconds: number;
};

/** Looks through all of a feed, whether its transactions are whole or not. */
export async function feedEnd(folder: string, owner: Owner, applied: number): Promise<FeedEnd> {
  let last = 0;
  let lastAt = '';
  let appliedAt = '';
  for (const name of await feedFiles(folder)) {
    for await (const { change } of changesIn(folder, name, owner)) {
      if (change.seq > last) [last, lastAt] = [change.seq, change.at];
      if (change.seq === applied) appliedAt = change.at;
      // Of a store that has applied nothing yet the lag counts from the first change.
      if (applied === 0 && change.seq === 1) appliedAt = change.at;
    }
  }
  if (last <= applied) return { last, lagSeconds: 0 };
  return { last, lagSeconds: Math.max(1, secondsOf(lastAt) - secondsOf(appliedAt)) };
}

/** Of `YYYYMMDDHHMMSS`. */
function secondsOf(stamp: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(stamp) ?? [];
  if (second === undefined) return 0;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) / 1000;
}
