import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { SITES } from '../../../src/platform/replicated-postgres.ts';
import { earlierCode, unpacked } from '../../keep/earlier-code.ts';
import type { Fault, Scene } from '../fault.ts';

const earlier = earlierCode();
const TOGETHER_MS = 15_000;

/** Two releases at once. */
export const deployFaults: readonly Fault[] = [
  {
    id: 'F30',
    name: 'a deploy is half finished and taken back: the release before serves beside this one, then alone, then this one again',
    times: 1,
    counted: 20,
    missing: () => ('reason' in earlier ? earlier.reason : null),
    gapMaxMs: 5_000,
    happen: halfFinished,
  },
];

/** The schema is the newer one all the time. */
async function halfFinished({ system: { datacentres, loads } }: Scene): Promise<void> {
  const folder = unpacked('commit' in earlier ? earlier.commit : '');
  const spine = join(folder, 'bin/spine.ts');
  try {
    for (const code of [spine, undefined]) {
      for (const site of SITES) {
        loads[site]([], code);
        await datacentres[site].fail(false);
        await datacentres[site].restore();
        await delay(TOGETHER_MS);
      }
    }
  } finally {
    for (const site of SITES) loads[site]([]);
    rmSync(folder, { recursive: true, force: true });
  }
}
