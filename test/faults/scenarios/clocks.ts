import { setTimeout as delay } from 'node:timers/promises';

import { type Site, SITES } from '../../../src/platform/replicated-postgres.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import { buildWithClock } from '../test-build.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RIGHT_AFTER_MS = 20_000; // of its process, and so amid its messages
const WRONG_MS = 12_000;

const AHEAD = [
  { words: 'an hour ahead', aheadMs: HOUR_MS },
  { words: 'an hour behind', aheadMs: -HOUR_MS },
  { words: 'a day ahead', aheadMs: DAY_MS },
  { words: 'a day behind', aheadMs: -DAY_MS },
] as const;

/** Twelve settings: four clocks at either datacentre, and four that are put right while messages come [RELIABILITY F13]. */
export const clockFaults: readonly Fault[] = AHEAD.flatMap(({ words, aheadMs }) => [
  ...SITES.map((site) =>
    clock(`the clock of datacentre ${site.toUpperCase()}’s process is ${words}`, {
      site,
      aheadMs,
      times: site === 'b' && aheadMs === HOUR_MS ? 1 : 0,
    }),
  ),
  clock(`the clock of datacentre B’s process is ${words}, and is put right while it serves`, {
    site: 'b',
    aheadMs,
    rightAfterMs: RIGHT_AFTER_MS,
    times: 0,
  }),
]);

type Setting = {
  readonly site: Site;
  readonly aheadMs: number;
  readonly rightAfterMs?: number;
  readonly times: number;
};

function clock(name: string, { site, aheadMs, rightAfterMs, times }: Setting): Fault {
  return {
    id: 'F13',
    name,
    times,
    missing: always,
    gapMaxMs: 5_000,
    happen: async ({ system: { datacentres, loads } }: Scene) => {
      for (const besides of [[buildWithClock(aheadMs, rightAfterMs)], []]) {
        loads[site](besides);
        await datacentres[site].fail(true);
        await datacentres[site].restore();
        await delay(WRONG_MS + (besides.length === 0 ? 0 : (rightAfterMs ?? 0)));
      }
    },
  };
}
