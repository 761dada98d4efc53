/** Counts of one process within the last second. */
export type Spikes = {
  /** Whether one more of this key comes within `perSecond`. */
  readonly take: (key: string, perSecond: number, nowMs: number) => boolean;
};

const SECOND_MS = 1_000;
const KEYS_MAX = 10_000;

export function openSpikes(): Spikes {
  const taken = new Map<string, number[]>();
  return {
    take: (key, perSecond, nowMs) => {
      const lately = (taken.get(key) ?? []).filter((at) => nowMs - at < SECOND_MS);
      const isWithin = lately.length < perSecond;
      if (isWithin) lately.push(nowMs);
      if (taken.size >= KEYS_MAX) taken.clear();
      taken.set(key, lately);
      return isWithin;
    },
  };
}
