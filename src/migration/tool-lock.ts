import type { BulkLoad } from '../platform/bulk-load.ts';
import { Trouble } from '../platform/trouble.ts';

const TAKE = {
  text: `select pg_try_advisory_lock(hashtext('openspine migration')) as "isOurs"`,
  values: [],
};

/** One tool works on a store at a time, for as long as its connection lasts; throws `Trouble` for a second [MIGRATION 7]. */
export async function takeTool(bulk: BulkLoad): Promise<void> {
  const [lock] = await bulk.all<{ isOurs: boolean }>(TAKE);
  if (lock?.isOurs === true) return;
  throw new Trouble('another spine migrate works on this store', 'wait until it has ended');
}
