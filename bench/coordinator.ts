import type { Figures } from './figures.ts';

/**
 * Processor time of the NHS's own facade (electronic-prescription-service-api, its coordinator) for a
 * request, measured by the project on a machine of this kind. It checks and translates, and keeps nothing.
 */
const COORDINATOR_CPU_MS = { prepare: 4.5, processMessageSigned: 12.3 } as const;
type Compared = keyof typeof COORDINATOR_CPU_MS;

export const TIMES_LESS_GOAL = 10;

const COMPARED: readonly Compared[] = ['prepare', 'processMessageSigned'];

/** Ours beside it; what could not be measured is left out. */
export function comparedWith(
  figures: Readonly<Record<string, Figures>>,
): Record<string, Comparison> {
  const found = COMPARED.flatMap((name) => {
    const cpuMs = figures[name]?.cpuMsPerMessage;
    if (cpuMs == null) return [];
    const coordinatorCpuMs = COORDINATOR_CPU_MS[name];
    const timesLess = Number((coordinatorCpuMs / cpuMs).toFixed(1));
    return [[name, { cpuMs, coordinatorCpuMs, timesLess }] as const];
  });
  return Object.fromEntries(found);
}

export type Comparison = {
  readonly cpuMs: number;
  readonly coordinatorCpuMs: number;
  readonly timesLess: number;
};
