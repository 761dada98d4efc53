import type { Output } from '../cli/output.ts';

export type Steps = {
  /** Does the work of one step and prints how long it took; what it answers is the step's remark. */
  readonly step: <Value>(step: Step<Value>) => Promise<Value>;
};

export type Step<Value> = {
  readonly name: string;
  readonly work: () => Promise<Value>;
  readonly remark?: (value: Value) => string;
  /** Why it may take long; said when it does. */
  readonly slow: string;
};

const SLOW_MS = 10_000;
const NAME_WIDTH = 14;

/** Prints the steps of a start as they end, each with its elapsed time. */
export function createSteps(output: Output, slowMs = SLOW_MS): Steps {
  return {
    step: async ({ name, work, remark, slow }) => {
      const started = performance.now();
      const timer = setInterval(() => {
        output.progress(`  ${name.padEnd(NAME_WIDTH)} ${since(started)}  still at it: ${slow}`);
      }, slowMs);
      try {
        const value = await work();
        const line = `  ${name.padEnd(NAME_WIDTH)} ${since(started)}  ${remark?.(value) ?? ''}`;
        output.progress(line.trimEnd());
        return value;
      } finally {
        clearInterval(timer);
      }
    },
  };
}

function since(started: number): string {
  return `${seconds(performance.now() - started)} s`.padStart(7);
}

export function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
