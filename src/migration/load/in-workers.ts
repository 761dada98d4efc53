import { Worker } from 'node:worker_threads';

import { Bug } from '../../kernel/bug.ts';
import { DatabaseUnavailable, DiskFull } from '../../platform/bulk-load.ts';
import { Trouble } from '../../platform/trouble.ts';
import { UnknownRow } from '../fold/shape.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { LoadParts, OnUnit } from './load.ts';
import type { Given, Said } from './worker.ts';

/** Rows live for a unit: with more, a load takes as long and only has more memory. */
const YOUNG_MEGABYTES = 16;
const OLD_MEGABYTES = 256;

/** As many threads as are said load parts side by side, each on a connection of its own [MIGRATION 7, 10]. */
export function inWorkers(url: string, dump: Dump, workers: number): LoadParts {
  return async (parts, onUnit) => {
    const left = [...parts];
    const count = Math.min(workers, left.length);
    const running = Array.from({ length: count }, () => start({ url, dump }));
    try {
      await Promise.all(running.map((worker) => feed(worker, left, onUnit)));
    } finally {
      await Promise.all(running.map((worker) => worker.terminate()));
    }
  };
}

function start(given: Given): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: given,
    resourceLimits: {
      maxYoungGenerationSizeMb: YOUNG_MEGABYTES,
      maxOldGenerationSizeMb: OLD_MEGABYTES,
    },
  });
}

/** Gives it a part whenever it has none, until none is left; throws why it cannot go on. */
function feed(worker: Worker, left: number[], onUnit: OnUnit): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('message', (said: Said) => {
      if ('unit' in said) onUnit(said.unit);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      else if ('isReady' in said) worker.postMessage(left.shift() ?? null);
      else reject(errorOf(said));
    });
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}

function errorOf(said: Exclude<Said, { unit: unknown } | { isReady: unknown }>): Error {
  if ('trouble' in said) {
    const { trouble, remedy, isUnknownRow } = said;
    return isUnknownRow ? new UnknownRow(trouble, remedy) : new Trouble(trouble, remedy);
  }
  if ('bug' in said) return new Bug(said.bug);
  return said.isDiskFull
    ? new DiskFull(said.unavailable)
    : new DatabaseUnavailable(said.unavailable);
}
