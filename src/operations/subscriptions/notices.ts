import { type Cell, COMPONENTS, type UserGroup } from '../components.ts';
import { AUTHORS, type Incident, isPublic } from '../incidents/incident.ts';
import type { Level } from '../incidents/severity.ts';
import type { Maintenance, MaintenanceEvent } from '../maintenance/maintenance.ts';
import { type FaultEvent, type LocalFault, nameOf } from '../suppliers/fault.ts';
import { londonInstant } from '../words.ts';

/** What subscribers are told of one change, whichever way it reaches them. */
export type Notice = {
  readonly kind: 'incident' | 'maintenance' | 'local-fault';
  readonly number: string;
  readonly subject: string;
  readonly lines: readonly string[];
  /** Where it stands on the status site; null: nowhere, for it is nobody else's to know. */
  readonly path: string | null;
  readonly cells: readonly Cell[];
  readonly users: readonly UserGroup[];
  /** Null for maintenance, and for what is no incident. */
  readonly severity: Level | null;
  /** Whose fault it is; none: it is told to everybody. */
  readonly whose: readonly string[];
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
    }
  | { readonly kind: 'local-fault'; readonly after: LocalFault; readonly event: FaultEvent };

/** Null: nobody is told, for it is not public, or nothing that is shown has changed. */
export function noticeOf(change: Change): Notice | null {
  switch (change.kind) {
    case 'incident':
      return incidentNotice(change);
    case 'maintenance':
      return maintenanceNotice(change);
    case 'local-fault':
      return faultNotice(change);
  }
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
    whose: [],
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
    whose: [],
    at: event.at,
  };
}

/** To those whose fault it is, once when it begins and once when it is over [EXPERIENCE 6.3]. */
function faultNotice({ after, event }: Extract<Change, { kind: 'local-fault' }>): Notice | null {
  if (event.kind === 'Widened') return null;
  const { number, names, cells, beganAt, what } = after;
  const { symptom, gone, todo } = FAULT_WORDS[what];
  const isOver = event.kind === 'Ended';
  const heading = isOver ? gone : symptom;
  return {
    kind: 'local-fault',
    number,
    subject: `${number}: ${heading}`,
    lines: [
      `${heading}.`,
      `Yours: ${names.map(nameOf).join(', ')}`,
      `Where: ${namesOf(cells)}`,
      `Noticed: ${londonInstant(beganAt)}`,
      ...(isOver
        ? [`Not seen for ten minutes: ${londonInstant(event.at)}`]
        : [countOf(after), todo]),
      'Others are served, so that this stands on no page: nobody but you is told.',
      `Quote ${number} to whoever runs this service.`,
    ],
    path: null,
    cells,
    users: ['suppliers'],
    severity: null,
    whose: names,
    at: event.at,
  };
}

const FAULT_WORDS = {
  requests: {
    symptom: 'Requests under your name fail',
    gone: 'Requests under your name fail no more',
    todo: 'What to do now: look at the answers that your system gets. 401 and 403: it is not let in. 429: it asks too often. 408: what it sends does not arrive whole. 5xx: tell us the X-Request-ID of one.',
  },
  deliveries: {
    symptom: 'Your endpoint does not take our messages',
    gone: 'Your endpoint takes our messages again',
    todo: 'What to do now: see that your endpoint can be reached and acknowledges what it gets. What waits is sent again by itself; what was given up, whoever runs this service sends again when you ask.',
  },
} as const;

function countOf({ what, count }: LocalFault): string {
  return what === 'requests'
    ? `When it was noticed: ${count} requests failed within two minutes, most of them yours`
    : `When it was noticed: ${count} messages waited or were given up`;
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
