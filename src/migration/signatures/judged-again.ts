import { orderRowOf } from '../fold/messages.ts';
import type { Payloads } from '../fold/payloads.ts';
import type { Group } from '../lx1/read-groups.ts';
import type { Judge } from './judge.ts';

/**
 * What is wrong with the signatures of changed records: an order that is the same as before is as it was found then, any
 * other is judged now; by nobody where `judge` is null, as whoever begins to will come to it.
 */
export async function judgedAgain(
  {
    payloads,
    judge,
    badBefore,
  }: {
    readonly payloads: Payloads;
    readonly judge: Judge | null;
    readonly badBefore: ReadonlyMap<string, string>;
  },
  before: readonly Group[],
  after: readonly Group[],
): Promise<Map<string, string>> {
  const bad = new Map<string, string>();
  const asked: { readonly place: string; readonly order: Buffer }[] = [];
  for (const [at, group] of after.entries()) {
    const row = orderRowOf(group);
    const was = before[at] === undefined ? undefined : orderRowOf(before[at]);
    if (row === undefined) continue;
    if (row.MSG_ID === was?.MSG_ID && row.SHA256 === was.SHA256) {
      const because = badBefore.get(group.place);
      if (because !== undefined) bad.set(group.place, because);
    } else asked.push({ place: group.place, order: payloads.read(row).bytes });
  }
  const found = (await judge?.(asked.map(({ order }) => order))) ?? [];
  for (const [at, { place }] of asked.entries()) {
    const because = found[at] ?? null;
    if (because !== null) bad.set(place, because);
  }
  return bad;
}
