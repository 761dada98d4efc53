import { leftWords, timeWords } from '../pace.ts';
import { badWords } from '../signatures/progress.ts';
import type { Status } from './handle.ts';

/** How far what is going on has come, how quickly it goes, and how long it will take. */
export function progressWords({ progress, isAtWork }: Status): string {
  if (progress === null) return isAtWork ? 'a tool works on this store' : 'nothing';
  const { what, done, of, perSecond } = progress;
  const all = what === 'ids' ? `about ${of}` : String(of);
  const how = `${done} ${of === 0 ? '' : `of ${all} `}${what}`;
  if (!isAtWork) return `${how}; nobody works on it: run the same command again`;
  return `${how}, ${perSecond} a second${leftWords(progress)}`;
}

/** In changes, and in seconds between their commits in the old store. */
export function lagWords({ lag }: Status, now: Date): string {
  if (lag === null) return 'not known: spine migrate catch-up looks how far the feed goes';
  const { changes, seconds, last, lookedAt } = lag;
  const ago = timeWords(Math.max(0, (now.getTime() - lookedAt.getTime()) / 1000));
  return `${changes} changes, ${timeWords(seconds)}; its feed went up to ${last}, ${ago} ago`;
}

/** Which orders were judged by their signature, and what came of it. */
export function signatureWords({ signatures: { judged, at, bad } }: Status): string {
  if (at === null)
    return `${judged} orders are judged, and not all: spine migrate check-signatures`;
  return `all ${judged} orders were judged; not good: ${badWords(bad)}`;
}

/** What comes next in the switch, and what is looked at before it counts as done. */
export function nextWords({ next }: Status): string {
  return next === null ? 'none' : `${next.step}, done when ${next.exit}`;
}
