import { setTimeout as delay } from 'node:timers/promises';

import type { MoveDrill } from './judge.ts';

export type DrillParts = {
  readonly primary: 'a' | 'b';
  /** Has a datacentre take the writes; why not, or null. */
  readonly promote: (site: 'a' | 'b') => Promise<string | null>;
  /** Writes a number in the place of the one before; throws when nobody acknowledges it. */
  readonly mark: (n: number) => Promise<void>;
  /** The number that stands there. */
  readonly marked: () => Promise<number>;
  /** So long is written before, between and after the moves. */
  readonly aroundMs: number;
};

const EVERY_MS = 20;

/** Moves the writes there and back while something writes all the time [RELIABILITY P9]. */
export async function drillMove(parts: DrillParts): Promise<MoveDrill> {
  const { primary, promote, marked, aroundMs } = parts;
  const [begun, at] = [performance.now(), new Date().toISOString()];
  const writing = startWriting(parts);
  await delay(aroundMs);
  const gone = await promote(primary === 'a' ? 'b' : 'a');
  await delay(aroundMs);
  const back = gone === null ? await promote(primary) : null;
  await delay(aroundMs);
  const { acknowledged, pauseMs } = await writing.stop();
  const problem = gone ?? (back === null ? null : `they did not move back: ${back}`);
  const lost = Math.max(0, acknowledged - (await marked()));
  const tookMs = Math.round(performance.now() - begun);
  return { at, from: primary, tookMs, pauseMs, acknowledged, lost, problem };
}

function startWriting({ mark }: Pick<DrillParts, 'mark'>) {
  const [begun, stopping] = [performance.now(), new AbortController()];
  const seen = { acknowledged: 0, lastAt: begun, pauseMs: 0 };
  const note = (): void => {
    const now = performance.now();
    seen.pauseMs = Math.max(seen.pauseMs, Math.round(now - seen.lastAt));
    seen.lastAt = now;
  };
  const write = async (): Promise<void> => {
    for (let n = 1; !stopping.signal.aborted; n += 1) {
      try {
        await mark(n);
        seen.acknowledged = n;
        note();
      } catch {
        // It may be there or not: only what is acknowledged is counted.
      }
      await delay(EVERY_MS);
    }
    note();
  };
  const done = write();
  return {
    stop: async () => {
      stopping.abort();
      await done;
      return seen;
    },
  };
}
