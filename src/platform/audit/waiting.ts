/** Ids that were given out and not committed when a seal was made, both ends included, and since when. */
export type Waiting = { readonly from: number; readonly to: number; readonly since: string };

const WAIT_MS = 3_600_000; // longer than any transaction of ours; what was rolled back is waited for as long

/**
 * What is still waited for: the gaps before and between the new ids, which come in order, and of the earlier ones
 * what did not come late and is not too old.
 */
export function nextWaiting(
  earlier: readonly Waiting[],
  { lastId, ids, late, at }: Seen,
): Waiting[] {
  const cameLate = late.toSorted((one, other) => one - other);
  const since = new Date(at).toISOString();
  const young = earlier.filter((one) => Date.parse(at) - Date.parse(one.since) < WAIT_MS);
  const still = young.flatMap((one) => without(one, cameLate));
  const gaps = ids.flatMap((id, place) => {
    const from = (ids[place - 1] ?? lastId) + 1;
    return from < id ? [{ from, to: id - 1, since }] : [];
  });
  return [...still, ...gaps];
}

type Seen = {
  /** Up to which all was looked at before. */
  readonly lastId: number;
  /** Above it, in order. */
  readonly ids: readonly number[];
  /** Those that were waited for. */
  readonly late: readonly number[];
  /** ISO 8601. */
  readonly at: string;
};

function without(range: Waiting, ids: readonly number[]): Waiting[] {
  const left: Waiting[] = [];
  let { from } = range;
  for (const id of ids) {
    if (id < from || id > range.to) continue;
    if (id > from) left.push({ ...range, from, to: id - 1 });
    from = id + 1;
  }
  return from > range.to ? left : [...left, { ...range, from }];
}

export function isWaitedFor(waiting: readonly Waiting[], id: number): boolean {
  return waiting.some(({ from, to }) => id >= from && id <= to);
}
