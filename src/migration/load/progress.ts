import { DOCUMENT } from '../lx1/open-dump.ts';
import { leftWords, paceOf } from '../pace.ts';
import type { Progress } from './load.ts';

/** How far a load has come, how quickly, and how long it will take: by what this run wrote in so many seconds. */
export function progressLine(
  { parts, ofParts, ids, written }: Progress,
  total: number,
  seconds: number,
): string {
  const pace = paceOf({ done: ids, of: total }, { moved: written, seconds });
  const part = Math.min(parts + 1, ofParts);
  return `part ${part} of ${ofParts}: ${ids} of about ${total} ids, ${pace.perSecond} a second${leftWords(pace)}`;
}

/** As good as the number of ids: the few without a prescription and without a tombstone are not counted before. */
export function idsIn(tables: Readonly<Record<string, { readonly rows: number }>>): number {
  return [DOCUMENT, 'PRESCRIPTION', 'TOMBSTONE'].reduce(
    (all, table) => all + (tables[table]?.rows ?? 0),
    0,
  );
}
