import { join } from 'node:path';

import { type Said, wordJson } from '../cut-over/old-store.ts';
import { writeSigned } from '../signed-file.ts';

/** Has an old store say that nothing is in flight, and that it is read only; signed as its exports are. */
export async function stopOldStore(
  feed: string,
  word: { readonly exportId: string; readonly lastChange: number; readonly inFlight?: number },
  privateKeyPem: string,
): Promise<void> {
  const { exportId, lastChange, inFlight = 0 } = word;
  for (const said of ['DRAINED', 'FROZEN'] as const satisfies readonly Said[]) {
    const at = new Date().toISOString();
    const json = { ...wordJson(said, exportId, { lastChange, inFlight }), at };
    await writeSigned(join(feed, `${said}.json`), json, privateKeyPem);
  }
}
