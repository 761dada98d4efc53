import type { BulkLoad } from '../../platform/bulk-load.ts';
import * as repository from './repository.ts';

const AT_ONCE = 500;

/**
 * What the old store had not delivered when it stopped leaves from here, under the ids that it had, so that whoever has
 * it already drops it. For the transaction that opens this Spine to messages [MIGRATION 2.1, 8].
 */
export async function sendBeside(bulk: BulkLoad, exportId: string): Promise<void> {
  for (let key = ''; ; ) {
    const some = await repository.undelivered(bulk, { exportId, key, most: AT_ONCE });
    const last = some.at(-1);
    if (last === undefined) return;
    const marks = some.map((one) => ({ ...one, ...readyOf(one) }));
    await repository.deliver(bulk, exportId, marks);
    key = last.key;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function readyOf({ body, party }: repository.Undelivered): {
  because: string | null;
  payload: string | null;
} {
  if (party === null) return { because: 'its system is not known here', payload: null };
  if (body === null) return { because: 'its message did not come', payload: null };
  if (body.length === 0) return { because: 'its prescription is gone', payload: null };
  try {
    return { because: null, payload: UTF8.decode(body) };
  } catch {
    return { because: 'its bytes are no UTF-8', payload: null };
  }
}
