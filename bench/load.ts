import { setTimeout as delay } from 'node:timers/promises';

import type { Journey, Task } from './journey.ts';
import type { Kind } from './prescriptions.ts';

export type Run = {
  readonly kinds: readonly Kind[];
  readonly seconds: number;
  /** Messages a second, sent when they are due; null: each as soon as one before is answered. */
  readonly perSecond: number | null;
};

export type Ran = {
  readonly elapsedMs: number;
  /** Messages that were answered. */
  readonly answered: Readonly<Partial<Record<Kind, number>>>;
  readonly messages: number;
  readonly prescriptions: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

export type Send<Made> = (lane: number, task: Task<Made>) => Promise<void>;

/** Keeps `lanes` messages in flight until time or messages run out. */
export async function runLoad<Made>(
  journey: Journey<Made>,
  lanes: number,
  send: Send<Made>,
  run: Run,
): Promise<Ran> {
  const latencies: number[] = [];
  const answered: Partial<Record<Kind, number>> = {};
  let prescriptions = 0;
  let issued = 0;
  const from = performance.now();
  const until = from + run.seconds * 1000;
  const lane = async (number: number): Promise<void> => {
    for (;;) {
      const dueAt =
        run.perSecond === null ? performance.now() : from + (issued++ / run.perSecond) * 1000;
      if (dueAt >= until) return;
      if (run.perSecond !== null) await untilTime(dueAt);
      const task = journey.next(run.kinds);
      if (task === null) return;
      await send(number, task);
      latencies.push(performance.now() - dueAt);
      answered[task.kind] = (answered[task.kind] ?? 0) + 1;
      prescriptions += task.facts.length;
      journey.done(task);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  const elapsedMs = performance.now() - from;
  latencies.sort((one, other) => one - other);
  const [p50Ms, p99Ms] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  return { elapsedMs, answered, messages: latencies.length, prescriptions, p50Ms, p99Ms };
}

async function untilTime(dueAt: number): Promise<void> {
  const ms = dueAt - performance.now();
  if (ms > 0) await delay(ms);
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
