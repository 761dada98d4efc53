import type { Database } from '../../platform/database.ts';
import { CLOSED, openTo } from '../../prescriptions/index.ts';
import { catchUp } from '../catch-up/catch-up.ts';
import { load } from '../load/load.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { Plan } from '../plan/plan.ts';
import { checkedBy } from '../scenario/switch.ts';
import { openPatient, withBulk, withThrowAwayStore } from '../scenario/throw-away.ts';

/**
 * The store as a plan moves it, as of a change of the old one, on a server of its own that is gone afterwards: what is
 * written there, nobody is given.
 */
export function withCopy<Value>(
  plan: Pick<Plan, 'feed' | 'exportKey' | 'authorities'>,
  dump: Dump,
  { prepare, upTo }: { readonly prepare: (url: string) => Promise<unknown>; readonly upTo: number },
  work: (database: Database) => Promise<Value>,
): Promise<Value> {
  return withThrowAwayStore(prepare, async ({ url }) => {
    const feed = { folder: plan.feed, publicKeyPem: plan.exportKey, upTo };
    await withBulk(url, async (bulk) => {
      await load(bulk, dump);
      if (upTo > 0) await catchUp(bulk, dump, feed);
      await checkedBy(bulk, dump, plan);
    });
    const database = openPatient(url);
    try {
      await database.write(
        openTo({ ...CLOSED, takesMessages: true, downloads: 100, doesDue: true }),
      );
      return await work(database);
    } finally {
      await database.close();
    }
  });
}
