import { setTimeout as delay } from 'node:timers/promises';

import type { Site } from '../../../src/platform/replicated-postgres.ts';
import { FAILPOINTS } from '../failpoints.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import { buildThatDies } from '../test-build.ts';

/** A process that dies when a message comes to a step, whichever; its supervisor starts it again. */
export const stepFaults: readonly Fault[] = FAILPOINTS.map(({ step }) => ({
  id: 'F1',
  name: `a process dies at the step “${step}”`,
  times: 1,
  counted: 60, // of 204 x 5, for all steps
  missing: always,
  gapMaxMs: 5_000,
  happen: (scene) => dies(scene, step),
}));

const PASSED_MAX = 200; // messages that pass the step before
const DIES_WITHIN_MS = 30_000;
const LOOK_MS = 50;

async function dies(
  { system: { datacentres, loads }, random }: Scene,
  step: string,
): Promise<void> {
  const site: Site = random() < 0.5 ? 'a' : 'b';
  loads[site]([buildThatDies(step, 1 + Math.floor(random() * PASSED_MAX))]);
  await datacentres[site].fail(true);
  await datacentres[site].restore();
  loads[site]([]); // whoever starts next is without it
  for (
    const until = performance.now() + DIES_WITHIN_MS;
    datacentres[site].state() === 'running';
  ) {
    if (performance.now() > until) throw new Error(`nobody died at the step ${step}`);
    await delay(LOOK_MS);
  }
}
