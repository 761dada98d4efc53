/** How far something is, how quickly it goes, and how long it takes from here; null: cannot be told. */
export type Pace = {
  readonly done: number;
  readonly of: number;
  readonly perSecond: number;
  readonly secondsLeft: number | null;
};

/** `moved` of what is done came within so many seconds: by that the rest is reckoned. */
export function paceOf(
  { done, of }: Pick<Pace, 'done' | 'of'>,
  { moved, seconds }: { readonly moved: number; readonly seconds: number },
): Pace {
  const rate = seconds > 0 ? moved / seconds : 0;
  const left = Math.max(0, of - done);
  const secondsLeft = rate === 0 ? null : Math.ceil(left / rate);
  return { done, of, perSecond: Math.round(rate), secondsLeft: left === 0 ? 0 : secondsLeft };
}

/** `20 s`, `35 min`, `2 h 5 min`: as exact as anybody can be. */
export function timeWords(seconds: number): string {
  if (seconds < 2 * MINUTE) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / MINUTE);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `, about 20 s left`; nothing where that cannot be told. */
export function leftWords({ secondsLeft }: Pace): string {
  return secondsLeft === null ? '' : `, about ${timeWords(secondsLeft)} left`;
}

const MINUTE = 60;
