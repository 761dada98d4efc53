import { EXIT, type Invocation, type Option, textOption } from '../../cli/command.ts';
import type { Result } from '../../kernel/result.ts';
import { openStore, type Store } from '../store/repository.ts';
import { namesOf } from '../subscriptions/notices.ts';
import { londonInstant, londonTime } from '../words.ts';
import { type Rejection, REJECTIONS } from './decide.ts';
import { type Author, AUTHORS, type Incident, parseAuthor } from './incident.ts';
import { type Level, parseLevel } from './severity.ts';

export const BY: Option = {
  flag: 'by',
  value: 'role',
  help: 'in which role you say it',
  default: 'incident-lead',
  choices: Object.keys(AUTHORS).filter((author) => author !== 'automatic'),
};

/** For the time of one command. */
export function withStore(folder: string, work: (store: Store) => number): number {
  const store = openStore(folder);
  try {
    return work(store);
  } finally {
    store.close();
  }
}

export function answer(invocation: Invocation, result: Result<Incident, Rejection>): number {
  if (!result.ok) return refused(invocation, result.error);
  invocation.output.result(shown(result.value), result.value);
  return EXIT.ok;
}

export function refused({ output }: Invocation, rejection: Rejection): number {
  const more =
    'problem' in rejection
      ? ` (${rejection.problem})`
      : 'latest' in rejection
        ? ` (${rejection.latest})`
        : '';
  output.progress(`refused, ${rejection.kind}: ${REJECTIONS[rejection.kind]}${more}`);
  return EXIT.refused;
}

export function wrong({ output }: Invocation, problem: string): number {
  output.progress(`spine incident: ${problem}`);
  return EXIT.wrongUse;
}

/** In which role it is said. */
export function author(invocation: Invocation): Author {
  return parseAuthor(textOption(invocation, 'by') ?? '') ?? 'incident-lead';
}

export function level(invocation: Invocation, flag: string): Level | null {
  return parseLevel(textOption(invocation, flag) ?? '');
}

export function lineOf(incident: Incident): string {
  const { number, severity, stage, symptom, publishedAt, isDismissed, nextUpdateAt } = incident;
  const state = isDismissed ? 'dismissed' : publishedAt === null ? 'draft' : stage;
  const next = nextUpdateAt === null ? '' : `  next update by ${londonTime(nextUpdateAt)}`;
  return `${number}  severity ${severity}  ${state.padEnd(13)}  ${symptom}${next}`;
}

export function shown(incident: Incident): string {
  const { suggestion, beganAt, cells, users, version, updates } = incident;
  return [
    lineOf(incident),
    `  affected: ${namesOf(cells)}; ${users.join(', ')}`,
    `  began ${londonInstant(beganAt)}; version ${version}`,
    `  calculated: severity ${suggestion.severity} (impact ${suggestion.impact}, urgency ${suggestion.urgency}: ${suggestion.reason})`,
    ...updates.map(
      ({ at, by, stage, text }) => `  ${londonInstant(at)}  ${stage}  ${AUTHORS[by]}: ${text}`,
    ),
  ].join('\n');
}
