import { availableParallelism, cpus } from 'node:os';

import { timeOf, timeOfFamily } from '../../bench/processor-time.ts';
import { SITES } from '../../src/platform/replicated-postgres.ts';
import { ZONES } from '../../src/platform/replicated-postgres/layout.ts';
import { processOf } from './programs.ts';
import type { System } from './system.ts';

/** Begins to look; answers what part of the machine's processors programs had that are none of the system's, less so many seconds. */
export function watchOthers(system: System): (seconds: number, lessSeconds: number) => number {
  const before = { all: allMs(), ours: oursMs(system) };
  return (seconds, lessSeconds) => {
    const othersMs = allMs() - before.all - (oursMs(system) - before.ours) - lessSeconds * 1_000;
    return Math.max(0, othersMs / (seconds * 1_000 * availableParallelism()));
  };
}

function allMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys, 0);
}

function oursMs(system: System): number {
  const programs = ZONES.flatMap((zone) => system.cluster.pidsOf(zone)).map(timeOfFamily);
  const datacentres = timeOf(SITES.map(processOf)) ?? 0;
  return programs.reduce<number>((sum, ms) => sum + (ms ?? 0), datacentres);
}
