/**
 * Counts per minute, of this process alone: a limit that another process would have to be asked for would be
 * paid for by everybody. Who is over theirs waits; nobody else does.
 */
export type Limiter = {
  /** Whether one more of this key is within its limit. */
  readonly take: (key: string, perMinute: number) => boolean;
};

const WINDOW_MS = 60_000;
const KEYS_MAX = 50_000;

export function openLimiter(now: () => number = Date.now): Limiter {
  let window = 0;
  let counts = new Map<string, number>();
  let before = new Map<string, number>();
  return {
    take: (key, perMinute) => {
      const at = now();
      const current = Math.floor(at / WINDOW_MS);
      if (current !== window) {
        before = current === window + 1 ? counts : new Map<string, number>();
        counts = new Map();
        window = current;
      }
      // The last minute, whole and in part, so that nobody gets twice the limit at the turn of one.
      const share = 1 - (at % WINDOW_MS) / WINDOW_MS;
      const count = (counts.get(key) ?? 0) + 1;
      const isWithin = count + (before.get(key) ?? 0) * share <= perMinute;
      if (isWithin && (counts.size < KEYS_MAX || counts.has(key))) counts.set(key, count);
      return isWithin;
    },
  };
}
