import { leftWords, paceOf } from '../pace.ts';
import type { Checked } from './check.ts';

/** How far it has come, how quickly, and how long it will take: by what this run judged in so many seconds. */
export function progressLine({ judged, of, now, made }: Checked, seconds: number): string {
  const pace = paceOf({ done: judged, of }, { moved: now, seconds });
  return `${judged} of ${of} orders are judged, ${made} records made again, ${pace.perSecond} a second${leftWords(pace)}`;
}

/** `4 certificate not trusted, 2 not signed`; `none` of none. */
export function badWords(bad: Readonly<Record<string, number>>): string {
  const all = Object.entries(bad).map(([because, count]) => `${count} ${because.toLowerCase()}`);
  return all.length === 0 ? 'none' : all.join(', ');
}
