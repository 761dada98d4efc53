import { nextStep, type State, type Step, STEPS } from './steps.ts';
import type { StepRow } from './repository.ts';

/** One line of the checklist of a switch. */
export type Line = {
  readonly step: string;
  readonly owner: string;
  readonly does: string;
  readonly exit: string;
  readonly longestSeconds: number;
  readonly otherwise: string;
  /** When it may begin at the latest, counted from the switch, if each step takes its longest; in seconds. */
  readonly atSeconds: number;
  readonly done: { readonly at: string; readonly seconds: number; readonly by: string } | null;
  readonly isNext: boolean;
};

/** The checklist, with what was done of this attempt. */
export function checklist(state: State, rows: readonly StepRow[]): Line[] {
  const begun = rows.findLastIndex(({ step, isDone }) => step === 'fall-back' && isDone) + 1;
  const own = rows.slice(begun);
  const next = nextStep(state);
  let atSeconds = -(STEPS[0]?.longestSeconds ?? 0);
  return STEPS.map((step: Step) => {
    const row = own.findLast((one) => one.step === step.name && one.isDone);
    const seconds = row === undefined ? 0 : (row.endedAt.getTime() - row.beganAt.getTime()) / 1000;
    const { name, owner, does, exit, longestSeconds, otherwise } = step;
    const line = { step: name, owner, does, exit, longestSeconds, otherwise, atSeconds };
    atSeconds += longestSeconds;
    const done = row === undefined ? null : { at: row.endedAt.toISOString(), seconds, by: row.by };
    return { ...line, done, isNext: step === next };
  });
}

/** For people, one line a step. */
export function checklistText(state: State, lines: readonly Line[]): string {
  return [
    `the migration stands at ${state}`,
    ...lines.map(
      ({ step, atSeconds, longestSeconds, owner, does, exit, otherwise, done, isNext }) => {
        const mark = done === null ? (isNext ? '>' : ' ') : 'x';
        const when = `T${atSeconds < 0 ? '-' : '+'}${minutes(Math.abs(atSeconds))}`;
        const took =
          done === null ? '' : `  [${done.seconds.toFixed(1)} s, ${done.by}, ${done.at}]`;
        return `${mark} ${when.padEnd(11)}${step.padEnd(13)}${minutes(longestSeconds).padEnd(7)}${owner}: ${does}; exit: ${exit}; if not, or late: ${otherwise}${took}`;
      },
    ),
  ].join('\n');
}

function minutes(seconds: number): string {
  return seconds >= 86_400 ? `${seconds / 86_400} d` : `${Math.round(seconds / 60)} min`;
}
