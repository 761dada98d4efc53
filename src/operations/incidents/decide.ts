import { fail, ok, type Result } from '../../kernel/result.ts';
import {
  type Advice,
  type Author,
  type Extent,
  type Incident,
  type IncidentEvent,
  isOpen,
  type OpenStage,
} from './incident.ts';
import { isHighSeverity, type Level, nextUpdateAfter, severityOf } from './severity.ts';
import { textProblem } from './texts.ts';

export type Rejection =
  | { readonly kind: 'NotFound' }
  /** Somebody else has changed it since it was read. */
  | { readonly kind: 'Moved'; readonly version: number }
  | { readonly kind: 'Closed' }
  | { readonly kind: 'NotResolved' }
  | { readonly kind: 'ReasonMissing'; readonly from: Level; readonly to: Level }
  | { readonly kind: 'NotConfirmed' }
  | { readonly kind: 'IsPublic' }
  | { readonly kind: 'TextWrong'; readonly problem: string }
  | { readonly kind: 'PlaceMissing' }
  | { readonly kind: 'NextUpdateTooLate'; readonly latest: string };

export const REJECTIONS: Readonly<Record<Rejection['kind'], string>> = {
  NotFound: 'There is no such incident. See them with: spine incident list --all',
  Moved: 'Somebody else has changed it since. Look at it with spine incident show, then try again.',
  Closed: 'It is closed. Open another one: spine incident open',
  NotResolved: 'It must be resolved before it is reviewed.',
  ReasonMissing: 'A lower severity needs a reason: --reason "…"',
  NotConfirmed: 'Nobody has confirmed its severity yet: spine incident confirm',
  IsPublic: 'It is public already, so it cannot be dismissed: resolve it.',
  TextWrong: 'The text cannot be shown as it is.',
  PlaceMissing: 'Name at least one component that is affected: --component sign-in',
  NextUpdateTooLate: 'The next update must not be later than its severity asks.',
};

/** The same command read the incident at this version; null: whatever it is now. */
type Seen = { readonly version: number | null };

export type Command = Seen & { readonly at: Date; readonly by: Author } & (
    | { readonly kind: 'Confirm'; readonly severity: Level; readonly reason: string | null }
    | (Advice & {
        readonly kind: 'Update';
        readonly stage: OpenStage;
        readonly text: string;
        readonly extent: Extent | null;
        readonly nextUpdateAt: Date | null;
      })
    | { readonly kind: 'Resolve'; readonly text: string; readonly check: string | null }
    | { readonly kind: 'Dismiss'; readonly text: string }
    /** `report`: Markdown that people have finished; null: none is published. */
    | { readonly kind: 'Review'; readonly text: string; readonly report: string | null }
  );

export type Open = Extent & {
  readonly at: Date;
  readonly by: Author;
  readonly symptom: string;
  readonly beganAt: Date;
  readonly impact: Level;
  readonly urgency: Level;
  readonly isOutage: boolean;
};

/** One that a person opens is confirmed and public from the start. */
export function open(command: Open): Result<IncidentEvent[], Rejection> {
  const problem = textProblem(command.symptom);
  if (problem !== null) return fail({ kind: 'TextWrong', problem });
  if (command.cells.length === 0) return fail({ kind: 'PlaceMissing' });
  const { at, by, symptom, beganAt, impact, urgency, cells, users, isOutage } = command;
  const severity = severityOf(impact, urgency);
  const suggestion = { impact, urgency, severity, reason: 'opened by a person' };
  const told = at.toISOString();
  return ok([
    {
      kind: 'Detected',
      at: told,
      by,
      symptom,
      beganAt: beganAt.toISOString(),
      cells,
      users,
      suggestion,
      isOutage,
    },
    { kind: 'Confirmed', at: told, by, severity, reason: null },
  ]);
}

export function decide(
  incident: Incident | null,
  command: Command,
): Result<IncidentEvent[], Rejection> {
  if (incident === null) return fail({ kind: 'NotFound' });
  if (command.version !== null && command.version !== incident.version) {
    return fail({ kind: 'Moved', version: incident.version });
  }
  const problem = 'text' in command ? textProblem(command.text) : null;
  if (problem !== null) return fail({ kind: 'TextWrong', problem });
  if (command.kind === 'Review') return review(incident, command);
  if (!isOpen(incident)) return fail({ kind: 'Closed' });
  const at = command.at.toISOString();
  const { by } = command;
  switch (command.kind) {
    case 'Confirm':
      return confirm(incident, command);
    case 'Update':
      return update(incident, command);
    case 'Resolve': {
      if (isHighSeverity(incident.severity) && !incident.isConfirmed) {
        return fail({ kind: 'NotConfirmed' });
      }
      return ok([{ kind: 'Resolved', at, by, text: command.text, check: command.check }]);
    }
    case 'Dismiss': {
      if (incident.publishedAt !== null) return fail({ kind: 'IsPublic' });
      return ok([{ kind: 'Dismissed', at, by, text: command.text }]);
    }
  }
}

type Of<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>;

function confirm(incident: Incident, command: Of<'Confirm'>): Result<IncidentEvent[], Rejection> {
  const { severity, reason, at, by } = command;
  const isLower = severity > incident.severity;
  if (isLower && reason === null) {
    return fail({ kind: 'ReasonMissing', from: incident.severity, to: severity });
  }
  return ok([{ kind: 'Confirmed', at: at.toISOString(), by, severity, reason }]);
}

function update(incident: Incident, command: Of<'Update'>): Result<IncidentEvent[], Rejection> {
  const { at, by, stage, text, todo, notTodo, fallback, extent, nextUpdateAt } = command;
  for (const one of [todo, notTodo, fallback]) {
    const problem = one === null ? null : textProblem(one);
    if (problem !== null) return fail({ kind: 'TextWrong', problem });
  }
  const latest = latestUpdate(incident, at);
  if (nextUpdateAt !== null && latest !== null && nextUpdateAt > latest) {
    return fail({ kind: 'NextUpdateTooLate', latest: latest.toISOString() });
  }
  const next = nextUpdateAt === null ? null : nextUpdateAt.toISOString();
  return ok([
    {
      kind: 'Updated',
      at: at.toISOString(),
      by,
      stage,
      text,
      todo,
      notTodo,
      fallback,
      extent,
      nextUpdateAt: next,
    },
  ]);
}

function latestUpdate({ severity }: Incident, at: Date): Date | null {
  return nextUpdateAfter(severity, at);
}

function review(
  incident: Incident,
  { at, by, text, report }: Of<'Review'>,
): Result<IncidentEvent[], Rejection> {
  if (incident.stage !== 'resolved') return fail({ kind: 'NotResolved' });
  const kept = report === null ? {} : { report };
  return ok([{ kind: 'Reviewed', at: at.toISOString(), by, text, ...kept }]);
}
