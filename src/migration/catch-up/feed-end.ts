import { changesIn, feedFiles, type Owner } from './read-feed.ts';

/** How far a feed goes, and how far behind it a store is. */
export type FeedEnd = {
  /** The highest number in it; 0 for an empty one. */
  readonly last: number;
  /** Commits of the last change and of the one that was applied last, by the old store's clock; null: there is none. */
  readonly lastAt: Date | null;
  readonly appliedAt: Date | null;
  /** Between the two; 0 when all is applied. */
  readonly lagSeconds: number;
};

/** Looks through all of a feed, whether its transactions are whole or not. */
export async function feedEnd(folder: string, owner: Owner, applied: number): Promise<FeedEnd> {
  let last = 0;
  let lastStamp = '';
  let appliedStamp = '';
  for (const name of await feedFiles(folder)) {
    for await (const { change } of changesIn(folder, name, owner)) {
      if (change.seq > last) [last, lastStamp] = [change.seq, change.at];
      if (change.seq === applied) appliedStamp = change.at;
      // Of a store that has applied nothing yet the lag counts from the first change.
      if (applied === 0 && change.seq === 1) appliedStamp = change.at;
    }
  }
  const [lastAt, appliedAt] = [committedAt(lastStamp), committedAt(appliedStamp)];
  return {
    last,
    lastAt,
    appliedAt,
    lagSeconds: last <= applied ? 0 : secondsBetween(appliedAt, lastAt),
  };
}

/** A second at least: there is something between them. From a commit that nobody knows, all of it. */
export function secondsBetween(earlier: Date | null, later: Date | null): number {
  return Math.max(1, ((later?.getTime() ?? 0) - (earlier?.getTime() ?? 0)) / 1000);
}

/** Of `YYYYMMDDHHMMSS`; null for what is none. */
export function committedAt(stamp: string): Date | null {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(stamp) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? null : new Date(ms);
}
