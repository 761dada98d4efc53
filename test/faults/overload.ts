import { availableParallelism } from 'node:os';

import { URGENCIES, type Urgency } from '../../src/platform/admission.ts';
import type { CrowdFigures } from './crowd.ts';

/** How many times what can be done comes. */
export const STEPS = [1, 2, 5, 10] as const;

/** What came of it, and the memory of all processes at its end. */
export type Stage = {
  readonly times: (typeof STEPS)[number];
  readonly figures: Pick<CrowdFigures, 'seconds' | 'ownSeconds' | 'times' | 'done'>;
  readonly memoryMb: number;
  /** What programs had of the processors that are none of this. */
  readonly othersPart: number;
};

/** [RELIABILITY F35], as is the next. */
export const BACK_WITHIN_MS = 60_000;
const MEMORY_PART = 1.2; // of what the first overload took: a heap takes its room when it is first needed
const GOODPUT_PART = 0.9; // of the processors that the crowd leaves
const TAKEN_WITHIN_MS = 1_000;
/** Half of what is refused: the crowd has its part of two processors, before all others, and hears late itself. */
const REFUSED_WITHIN_MS = 50;
/** With more of the processors in other hands nothing is said of times. */
const OTHERS_PART = 0.15;

const NORMAL_MS = 1_000;
const PROCESSORS = availableParallelism();
const DIFFERENCE = 0.05; // of two parts of some hundreds each, by chance

/** What was not as it must be. */
export function overloadWrongs(stages: readonly Stage[], backMs: number): readonly string[] {
  const [first] = stages;
  const [once, last] = [stages[1], stages.at(-1)];
  if (first === undefined || once === undefined || last === undefined)
    throw new Error('nobody came');
  const timed = stages.filter(({ othersPart }) => othersPart <= OTHERS_PART);
  const isTimed = timed.includes(first) && timed.includes(last);
  return [
    ...timed.flatMap((stage) => said(stage, [...takenLate(stage), ...refusedLate(stage)])),
    ...stages.flatMap((stage) => said(stage, outOfOrder(stage))),
    ...(isTimed && goodputOf(last) < GOODPUT_PART * goodputOf(first)
      ? [`${words(last)}, before ${words(first)}`]
      : []),
    ...(last.memoryMb > MEMORY_PART * once.memoryMb
      ? [`${last.memoryMb.toFixed(0)} MB of memory, before ${once.memoryMb.toFixed(0)}`]
      : []),
    ...(backMs > BACK_WITHIN_MS ? ['it does not come back to normal'] : []),
  ];
}

/** Of what can be done at the most nothing is said: that is the measure of the rest. */
function said({ times }: Stage, wrongs: readonly string[]): readonly string[] {
  return times === 1 ? [] : wrongs.map((one) => `${times} times as much: ${one}`);
}

type Figures = Stage['figures'];

export function isNormal(figures: Figures): boolean {
  const { taken, refused } = allOf(figures);
  return refused.length === 0 && p99(taken) <= NORMAL_MS;
}

export function stageWords(stage: Stage): string {
  const { times, figures, memoryMb, othersPart } = stage;
  const { taken, refused } = allOf(figures);
  const parts = URGENCIES.map(
    (urgency) => `${urgency} ${(100 * refusedPart(figures, urgency)).toFixed(0)} %`,
  );
  return [
    `F35 ${times} times as much: ${words(stage)}`,
    `taken ${taken.length}, half within ${at(taken, 0.5).toFixed(0)} ms, 99 % within ${p99(taken).toFixed(0)} ms`,
    `refused ${refused.length}, half within ${at(refused, 0.5).toFixed(0)} ms, 99 % within ${p99(refused).toFixed(0)} ms`,
    `refused of ${parts.join(', ')}`,
    `${memoryMb.toFixed(0)} MB`,
    `${(100 * othersPart).toFixed(0)} % of the processors in other hands`,
  ].join('; ');
}

function takenLate({ figures }: Stage): readonly string[] {
  const ms = p99(allOf(figures).taken);
  return ms <= TAKEN_WITHIN_MS ? [] : [`of what is taken 1 % takes ${ms.toFixed(0)} ms or more`];
}

function refusedLate({ figures }: Stage): readonly string[] {
  const ms = at(allOf(figures).refused, 0.5);
  if (ms <= REFUSED_WITHIN_MS) return [];
  return [`half of what is refused takes ${ms.toFixed(0)} ms or more`];
}

/** What is less urgent is refused first: no smaller part of it than of what is more urgent. */
function outOfOrder({ figures }: Stage): readonly string[] {
  return URGENCIES.slice(1).flatMap((urgency, place) => {
    const less = URGENCIES[place] ?? urgency;
    const [first, then] = [refusedPart(figures, less), refusedPart(figures, urgency)];
    return then <= first + DIFFERENCE
      ? []
      : [
          `${(100 * then).toFixed(0)} % of ${urgency} are refused, ${(100 * first).toFixed(0)} % of ${less}`,
        ];
  });
}

function refusedPart({ times }: Figures, urgency: Urgency): number {
  const { taken, refused } = times[urgency];
  const all = taken.length + refused.length;
  return all === 0 ? 0 : refused.length / all;
}

/** In a second of the processors that the crowd leaves. */
function goodputOf({ figures: { done, seconds, ownSeconds } }: Stage): number {
  return (done * PROCESSORS) / (seconds * PROCESSORS - ownSeconds);
}

function words(stage: Stage): string {
  const { done, seconds, ownSeconds } = stage.figures;
  return `${(done / seconds).toFixed(0)} done in a second (${goodputOf(stage).toFixed(0)} without the ${(ownSeconds / seconds).toFixed(2)} of ${PROCESSORS} processors that the crowd takes)`;
}

function allOf({ times }: Figures) {
  const all = URGENCIES.map((urgency) => times[urgency]);
  return {
    taken: all.flatMap(({ taken }) => taken),
    refused: all.flatMap(({ refused }) => refused),
  };
}

function p99(ms: readonly number[]): number {
  return at(ms, 0.99);
}

function at(ms: readonly number[], part: number): number {
  return ms.toSorted((one, other) => one - other)[Math.floor(ms.length * part)] ?? 0;
}
