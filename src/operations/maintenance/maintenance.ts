import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Extent } from '../incidents/incident.ts';
import { textProblem } from '../incidents/texts.ts';

export type MaintenanceEvent =
  | (Extent & {
      readonly kind: 'Planned';
      readonly at: string;
      readonly title: string;
      readonly effect: string;
      readonly from: string;
      readonly until: string;
    })
  | { readonly kind: 'Started' | 'Ended'; readonly at: string }
  | { readonly kind: 'Cancelled'; readonly at: string; readonly reason: string }
  /** The notices of 7 days and 24 hours before. */
  | { readonly kind: 'Announced'; readonly at: string; readonly notice: Notice };

/** How long before it begins people are reminded [EXPERIENCE 6.5]. */
export const NOTICES = { week: 7 * 24 * 3_600_000, day: 24 * 3_600_000 } as const;
export type Notice = keyof typeof NOTICES;

export type Maintenance = Extent & {
  /** `MNT-20261201-01`. */
  readonly number: string;
  readonly title: string;
  readonly effect: string;
  readonly from: string;
  readonly until: string;
  readonly state: 'planned' | 'under-way' | 'done' | 'cancelled';
  readonly reason: string | null;
  readonly announced: readonly Notice[];
  readonly changedAt: string;
  readonly version: number;
};

export function maintenanceOf(
  number: string,
  events: readonly MaintenanceEvent[],
): Maintenance | null {
  let maintenance: Maintenance | null = null;
  for (const event of events) maintenance = evolve(number, maintenance, event);
  return maintenance;
}

function evolve(
  number: string,
  before: Maintenance | null,
  event: MaintenanceEvent,
): Maintenance | null {
  if (event.kind === 'Planned') {
    const { kind: _kind, at, ...planned } = event;
    return {
      ...planned,
      number,
      state: 'planned',
      reason: null,
      announced: [],
      changedAt: at,
      version: 1,
    };
  }
  if (before === null) return null;
  const after = { ...before, changedAt: event.at, version: before.version + 1 };
  switch (event.kind) {
    case 'Started':
      return { ...after, state: 'under-way' };
    case 'Ended':
      return { ...after, state: 'done' };
    case 'Cancelled':
      return { ...after, state: 'cancelled', reason: event.reason };
    case 'Announced':
      return {
        ...after,
        changedAt: before.changedAt,
        announced: [...before.announced, event.notice],
      };
  }
}

type Text = 'title' | 'effect' | 'reason';

export type MaintenanceRejection =
  | { readonly kind: 'NotFound' }
  | { readonly kind: 'WindowWrong'; readonly problem: string }
  | { readonly kind: 'TextWrong'; readonly field: Text; readonly problem: string }
  | { readonly kind: 'PlaceMissing' }
  | { readonly kind: 'NotPlanned' | 'NotUnderWay' | 'Over' };

export const MAINTENANCE_REJECTIONS: Readonly<Record<MaintenanceRejection['kind'], string>> = {
  NotFound: 'There is no such maintenance. See it with: spine maintenance list',
  WindowWrong: 'The window cannot be.',
  TextWrong: 'The text cannot be shown as it is.',
  PlaceMissing: 'Name at least one component: --component tracker',
  NotPlanned: 'It has begun or is over.',
  NotUnderWay: 'It has not begun, or is over.',
  Over: 'It is over already.',
};

export type Plan = Extent & {
  readonly at: Date;
  readonly title: string;
  readonly effect: string;
  readonly from: Date;
  readonly until: Date;
};

const TITLE_MAX = 200;
const WINDOW_MAX_MS = 7 * 24 * 3_600_000;

export function plan(command: Plan): Result<MaintenanceEvent[], MaintenanceRejection> {
  const { at, from, until, ...more } = command;
  const wrong = wrongText('title', command.title, TITLE_MAX) ?? wrongText('effect', command.effect);
  if (wrong !== null) return fail(wrong);
  if (command.cells.length === 0) return fail({ kind: 'PlaceMissing' });
  const lengthMs = until.getTime() - from.getTime();
  if (!(lengthMs > 0)) return fail({ kind: 'WindowWrong', problem: 'it ends before it begins' });
  if (lengthMs > WINDOW_MAX_MS) {
    return fail({ kind: 'WindowWrong', problem: 'it is longer than a week' });
  }
  if (from < at) return fail({ kind: 'WindowWrong', problem: 'it begins in the past' });
  const window = { from: from.toISOString(), until: until.toISOString() };
  return ok([{ kind: 'Planned', at: at.toISOString(), ...more, ...window }]);
}

function wrongText(field: Text, text: string, most?: number): MaintenanceRejection | null {
  const problem = textProblem(text, most);
  return problem === null ? null : { kind: 'TextWrong', field, problem };
}

export type MaintenanceCommand = { readonly at: Date } & (
  | { readonly kind: 'Start' | 'End' }
  | { readonly kind: 'Cancel'; readonly reason: string }
);

/** A cancelled one is always told of: it never just disappears [EXPERIENCE 6.5]. */
export function decideMaintenance(
  maintenance: Maintenance | null,
  command: MaintenanceCommand,
): Result<MaintenanceEvent[], MaintenanceRejection> {
  if (maintenance === null) return fail({ kind: 'NotFound' });
  const at = command.at.toISOString();
  const { state } = maintenance;
  const wrong = command.kind === 'Cancel' ? wrongText('reason', command.reason) : null;
  if (wrong !== null) return fail(wrong);
  switch (command.kind) {
    case 'Start':
      return state === 'planned' ? ok([{ kind: 'Started', at }]) : fail({ kind: 'NotPlanned' });
    case 'End':
      return state === 'under-way' ? ok([{ kind: 'Ended', at }]) : fail({ kind: 'NotUnderWay' });
    case 'Cancel':
      return state === 'planned' || state === 'under-way'
        ? ok([{ kind: 'Cancelled', at, reason: command.reason }])
        : fail({ kind: 'Over' });
  }
}

/** The reminder that is due; of two that are, the later one: a window planned for tomorrow needs one notice only. */
export function dueNotices(maintenance: Maintenance, now: Date): Notice[] {
  if (maintenance.state !== 'planned') return [];
  const leftMs = new Date(maintenance.from).getTime() - now.getTime();
  const due = (['week', 'day'] as const).filter((notice) => leftMs <= NOTICES[notice]);
  return due.filter((notice) => !maintenance.announced.includes(notice));
}
