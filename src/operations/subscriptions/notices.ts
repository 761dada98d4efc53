import { type Cell, COMPONENTS, type UserGroup } from '../components.ts';
import { AUTHORS, type Incident, isPublic } from '../incidents/incident.ts';
import type { Level } from '../incidents/severity.ts';
import type { Maintenance, MaintenanceEvent } from '../maintenance/maintenance.ts';
import { londonInstant } from '../words.ts';

/** What subscribers are told of one change, whichever way it reaches them. */
export type Notice = {
  readonly kind: 'incident' | 'maintenance';
  readonly number: string;
  readonly subject: string;
  readonly lines: readonly string[];
  readonly path: string;
  readonly cells: readonly Cell[];
  readonly users: readonly UserGroup[];
  /** Null for maintenance. */
  readonly severity: Level | null;
  readonly at: string;
};

export type Change =
  | {
      readonly kind: 'incident';
      readonly before: Incident | null;
      readonly after: Incident;
    }
  | {
      readonly kind: 'maintenance';
      readonly before: Maintenance | null;
      readonly after: Maintenance;
      readonly event: MaintenanceEvent | null;
    };

/** Null: nobody is told, for it is not public, or nothing that is shown has changed. */
export function noticeOf(change: Change): Notice | null {
  return change.kind === 'incident' ? incidentNotice(change) : maintenanceNotice(change);
}

function incidentNotice({ before, after }: Extract<Change, { kind: 'incident' }>): Notice | null {
  const [update] = after.updates;
  const isNew = after.updates.length > (before?.updates.length ?? 0);
  if (!isPublic(after) || after.severity === 5 || update === undefined || !isNew) return null;
  const { todo, notTodo, fallback, text, at, by } = update;
  const lines = [
    after.symptom,
    text,
    ...[
      ['What to do now', todo],
      ['What not to do', notTodo],
      ['If you cannot work', fallback],
    ].flatMap(([label, words]) => (words === null ? [] : [`${label ?? ''}: ${words ?? ''}`])),
    `Affected: ${namesOf(after.cells)}`,
    `Noticed: ${londonInstant(after.noticedAt)}`,
    after.nextUpdateAt === null ? null : `Next update by ${londonInstant(after.nextUpdateAt)}`,
    `${AUTHORS[by]}, ${londonInstant(at)}`,
  ];
  return {
    kind: 'incident',
    number: after.number,
    subject: `${after.number} severity ${after.severity}, ${after.stage}: ${after.symptom}`,
    lines: lines.filter((line) => line !== null),
    path: incidentPath(after.number),
    cells: after.cells,
    users: after.users,
    severity: after.severity,
    at,
  };
}

const MAINTENANCE_WORDS: Readonly<Record<MaintenanceEvent['kind'], string>> = {
  Planned: 'planned',
  Announced: 'begins soon',
  Started: 'has begun',
  Ended: 'is over',
  Cancelled: 'is cancelled',
};

function maintenanceNotice({
  after,
  event,
}: Extract<Change, { kind: 'maintenance' }>): Notice | null {
  if (event === null) return null;
  const { number, title, effect, from, until, cells, users, reason } = after;
  return {
    kind: 'maintenance',
    number,
    subject: `${number} maintenance ${MAINTENANCE_WORDS[event.kind]}: ${title}`,
    lines: [
      title,
      ...(reason === null ? [] : [`Cancelled: ${reason}`]),
      `From ${londonInstant(from)} until ${londonInstant(until)}`,
      `What to expect: ${effect}`,
      `Concerned: ${namesOf(cells)}`,
    ],
    path: '/maintenance/',
    cells,
    users,
    severity: null,
    at: event.at,
  };
}

export function incidentPath(number: string): string {
  return `/incidents/${number}/`;
}

/** Where the post-incident report of an incident stands, once it is published. */
export function reportPath(number: string): string {
  return `${incidentPath(number)}report/`;
}

/** Each component once, with its datacentres. */
export function namesOf(cells: readonly Cell[]): string {
  const sites = new Map<string, string[]>();
  for (const { component, datacentre } of cells) {
    const { name } = COMPONENTS[component];
    sites.set(name, [...(sites.get(name) ?? []), datacentre.toUpperCase()]);
  }
  return [...sites].map(([name, where]) => `${name} (${where.toSorted().join(', ')})`).join('; ');
}
