import type { Truth } from '../generate/truth.ts';

/** What pharmacies got, held against what is true [MIGRATION 5, M1-M4]. */
export type Compared = {
  readonly waiting: number;
  readonly handedOut: number;
  /** True to wait for a pharmacy that did not get it. */
  readonly lost: number;
  /** Handed out twice. */
  readonly doubled: number;
  /** Handed out though nobody was to get it by itself: given back, cancelled, expired, dispensed, claimed or held. */
  readonly reappeared: number;
};

/** `got`: by pharmacy, the ids without check characters. */
export async function compare(
  truths: AsyncIterable<Truth> | Iterable<Truth>,
  got: ReadonlyMap<string, readonly string[]>,
): Promise<Compared> {
  const handed = new Map<string, string[]>();
  let handedOut = 0;
  let doubled = 0;
  for (const [pharmacy, ids] of got) {
    for (const id of ids) {
      handedOut += 1;
      const before = handed.get(id) ?? [];
      if (before.length > 0) doubled += 1;
      handed.set(id, [...before, pharmacy]);
    }
  }
  let waiting = 0;
  let lost = 0;
  let reappeared = 0;
  for await (const { id, queuedFor: queue, classes } of truths) {
    // What has expired waits for nobody, though the job has not come to it.
    const queuedFor = classes.includes('D30') ? null : queue;
    const to = handed.get(id.slice(0, -1)) ?? [];
    if (queuedFor !== null) waiting += 1;
    if (queuedFor !== null && !to.includes(queuedFor)) lost += 1;
    if (to.some((pharmacy) => pharmacy !== queuedFor)) reappeared += 1;
  }
  return { waiting, handedOut, lost, doubled, reappeared };
}
