import { messagesOf, orderRowOf } from '../fold/messages.ts';
import type { Payloads } from '../fold/payloads.ts';
import { groupsOf } from '../groups.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { Group } from '../lx1/read-groups.ts';
import type { Judge } from './judge.ts';

const AT_ONCE = 1000;

/** Rows about one id, and what is wrong with its messages beyond them [MIGRATION 4, D20]. */
export type JudgedGroup = {
  readonly group: Group;
  readonly isDamaged: boolean;
  /** What is wrong with the signature of its order; null: nothing, or it cannot be read. */
  readonly because: string | null;
};

type Some = { readonly read: Omit<JudgedGroup, 'because'>[]; readonly orders: Buffer[] };

/** All of an export; some are judged while the next ones are read. */
export async function* judgedGroups(
  dump: Dump,
  payloads: Payloads,
  judge: Judge,
): AsyncGenerator<JudgedGroup> {
  let before: (() => Promise<JudgedGroup[]>) | null = null;
  for await (const some of readSome(dump, payloads)) {
    const found = judge(some.orders);
    found.then(undefined, () => undefined); // it is waited for below
    if (before !== null) yield* await before();
    before = async () => together(some, await found);
  }
  if (before !== null) yield* await before();
}

function together({ read }: Some, found: readonly (string | null)[]): JudgedGroup[] {
  return read.map((one, at) => ({ ...one, because: found[at] ?? null }));
}

async function* readSome(dump: Dump, payloads: Payloads): AsyncGenerator<Some> {
  let some: Some = { read: [], orders: [] };
  for (const part of dump.parts) {
    for await (const group of groupsOf(dump, part)) {
      const { messages, isDamaged } = messagesOf(payloads, group);
      const row = orderRowOf(group);
      some.read.push({ group, isDamaged });
      some.orders.push(messages.find((one) => one.row === row)?.bytes ?? NO_BYTES);
      if (some.read.length < AT_ONCE) continue;
      yield some;
      some = { read: [], orders: [] };
    }
  }
  if (some.read.length > 0) yield some;
}

const NO_BYTES = Buffer.alloc(0);
