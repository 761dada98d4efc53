import type { Progress } from './load.ts';

/** How far a load has come, how quickly, and how long it will take: by what this run wrote in so many seconds. */
export function progressLine(
  { parts, ofParts, ids, written }: Progress,
  total: number,
  seconds: number,
): string {
  const rate = written / seconds;
  const left = rate === 0 ? '' : `, about ${Math.ceil(Math.max(0, total - ids) / rate)} s left`;
  const part = Math.min(parts + 1, ofParts);
  return `part ${part} of ${ofParts}: ${ids} of about ${total} ids, ${Math.round(rate)} a second${left}`;
}
