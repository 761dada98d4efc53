import { leftWords, paceOf, timeWords } from '../pace.ts';
import type { Followed } from './catch-up.ts';

/** How far a catch-up has come, how quickly, how long it will take, and how far the new store is behind the old one. */
export function progressLine({ from, to, end, lagSeconds }: Followed, seconds: number): string {
  const moved = to - from;
  if (end === null) return `applied up to change ${to}, ${Math.round(moved / seconds)} a second`;
  const pace = paceOf({ done: to, of: end.last }, { moved, seconds });
  const behind = Math.max(0, end.last - to);
  return [
    `change ${to} of ${end.last} is applied, ${pace.perSecond} a second${leftWords(pace)}`,
    `${behind} changes and ${timeWords(lagSeconds)} behind`,
  ].join('; ');
}
