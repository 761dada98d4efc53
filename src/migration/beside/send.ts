import type { BulkLoad } from '../../platform/bulk-load.ts';
import { idOf } from '../fold/record.ts';
import * as repository from './repository.ts';

const AT_ONCE = 500;

/**
 * What the old store had not delivered when it stopped leaves from here, under the ids that it had, so that whoever has
 * it already drops it. For the transaction that opens this Spine to messages [MIGRATION 2.1, 8].
 */
export function sendBeside(bulk: BulkLoad, exportId: string): Promise<void> {
  return inTurn(bulk, { exportId, hasLeft: false }, async (some) => {
    const all = await repository.undelivered(bulk, exportId, some);
    const marks = all.map((one) => ({ ...one, ...readyOf(one) }));
    await repository.deliver(bulk, exportId, marks);
  });
}

/** What is not delivered yet is the old store's again. For the transaction that closes this Spine to messages. */
export function takeBackUndelivered(bulk: BulkLoad, exportId: string): Promise<void> {
  return inTurn(bulk, { exportId, hasLeft: true }, (some) =>
    repository.takeBack(bulk, exportId, some),
  );
}

async function inTurn(
  bulk: BulkLoad,
  which: { readonly exportId: string; readonly hasLeft: boolean },
  work: (some: readonly repository.Queued[]) => Promise<void>,
): Promise<void> {
  for (let key = ''; ; ) {
    const keys = await repository.queued(bulk, { ...which, key }, AT_ONCE);
    const last = keys.at(-1);
    if (last === undefined) return;
    await work(keys.map((one) => ({ key: one, id: idOf(one) })));
    key = last;
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
