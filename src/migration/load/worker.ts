import { parentPort, workerData } from 'node:worker_threads';

import { assure } from '../../kernel/bug.ts';
import { DatabaseUnavailable, DiskFull, openBulkLoad } from '../../platform/bulk-load.ts';
import { messageOf, Trouble } from '../../platform/trouble.ts';
import { UnknownRow } from '../fold/shape.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { loadAll, type UnitDone } from './load.ts';

/** What a worker is given: where the store is, and the export, which was checked before. */
export type Given = { readonly url: string; readonly dump: Dump };

/** What it says: a unit is done; the part that it was given is; or why it cannot go on. */
export type Said =
  | { readonly unit: UnitDone }
  | { readonly isReady: true }
  | { readonly trouble: string; readonly remedy: string; readonly isUnknownRow: boolean }
  | { readonly unavailable: string; readonly isDiskFull: boolean }
  | { readonly bug: string };

if (parentPort !== null) await serve(parentPort);

/** Loads each part that it is told to, on a connection of its own; null ends it. */
async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what in-workers.ts has given it
  const { url, dump } = workerData as Given;
  const say = (said: Said): void => port.postMessage(said);
  try {
    const bulk = await openBulkLoad(url);
    say({ isReady: true });
    await loadAll(bulk, dump, partsFrom(port), (unit) => {
      say({ unit });
      if (unit.isEnd) say({ isReady: true });
    });
    await bulk.close();
  } catch (error) {
    say(whyOf(error));
  }
  port.close();
}

async function* partsFrom(port: NonNullable<typeof parentPort>): AsyncGenerator<number> {
  for (;;) {
    const part = await new Promise<unknown>((resolve) => port.once('message', resolve));
    if (part === null) return;
    assure(typeof part === 'number', 'a worker is told numbers of parts');
    yield part;
  }
}

function whyOf(error: unknown): Said {
  if (error instanceof Trouble) {
    const { message: trouble, remedy } = error;
    return { trouble, remedy, isUnknownRow: error instanceof UnknownRow };
  }
  if (error instanceof DatabaseUnavailable) {
    return { unavailable: error.message, isDiskFull: error instanceof DiskFull };
  }
  return { bug: error instanceof Error ? (error.stack ?? error.message) : messageOf(error) };
}
