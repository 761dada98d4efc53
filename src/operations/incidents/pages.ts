import type { Operator } from '../../identity/index.ts';
import {
  type FieldError,
  type PageRequest,
  problemOf,
  type Redirect,
  type View,
} from '../../pages/index.ts';
import type { Database } from '../../platform/database.ts';
import { recordAct } from '../audit/repository.ts';
import { ringing } from '../suppliers/repository.ts';
import { incidentPath } from '../subscriptions/notices.ts';
import { REJECTIONS } from './decide.ts';
import type { DeskClient } from './desk/handle.ts';
import { type Act, ACTS, type Desk, type Order } from './desk/order.ts';
import { componentChoices, deskModel, incidentDetails } from './desk/model.ts';
import { probesModel, watchedModel } from './desk/watched.ts';
import { AUTHORS, OPEN_STAGES } from './incident.ts';
import { LEVELS } from './severity.ts';

export type IncidentPagesParts = {
  readonly database: Database;
  /** Null: this process knows of no status site, or has no key for it. */
  readonly desk: DeskClient | null;
  /** Where people read the status site; null: nowhere. */
  readonly statusUrl: string | null;
};

export const INCIDENT_LIST = {
  view: 'operations/incidents.njk',
  title: 'Incidents and maintenance',
};

/** What is open, what waits for a person, and what was [EXPERIENCE 6]. */
export async function incidentsPage(parts: IncidentPagesParts): Promise<View> {
  const { desk, statusUrl } = parts;
  const found = (await desk?.look()) ?? null;
  const model = found === null ? {} : await withWhomToRing(parts, found);
  return { ...INCIDENT_LIST, model: { ...model, statusUrl, isAnswering: found !== null } };
}

async function withWhomToRing({ database }: IncidentPagesParts, desk: Desk): Promise<object> {
  const rings = await Promise.all(desk.localFaults.map((fault) => ringing(database, fault)));
  return deskModel(desk, new Date(), rings);
}

const GLANCE_MS = 1_000; // nobody waits for a status site that does not answer to see the rest

/** The same at a glance; null: it does not answer. */
export async function watchedAt({ desk }: IncidentPagesParts, now: Date): Promise<object | null> {
  const found = (await desk?.look(GLANCE_MS)) ?? null;
  return found === null ? null : watchedModel(found, now);
}

/** What the probes of each component found [EXPERIENCE 6.3]. */
export async function probesPage({ desk }: IncidentPagesParts): Promise<View> {
  const found = (await desk?.look()) ?? null;
  const model = found === null ? { components: null } : probesModel(found, new Date());
  return { view: 'operations/probes.njk', title: 'Probes', model };
}

/** One of them, with what a person may say about it. */
export async function incidentPage(
  parts: IncidentPagesParts,
  { parts: { number = '' }, requestId }: PageRequest,
): Promise<View> {
  return (await shown(parts, number, NOTHING)) ?? problemOf({ kind: 'NotFound' }, requestId);
}

/** Does what was filled in about it; what cannot be done is said at its field, with all that was typed. */
export async function orderIncident(
  parts: IncidentPagesParts,
  { parts: { number = '' }, form, requestId }: PageRequest,
  by: Operator,
): Promise<View | Redirect> {
  const act = ACTS.find((one) => one === form.text('act')) ?? 'update';
  const names = FIELDS[act];
  const fields = Object.fromEntries(names.map((name) => [name, form.text(name)]));
  const components = form.all('component');
  const order: Order = { act, number, version: form.text('version'), fields, components };
  await recordAct(parts.database, {
    interaction: `incident-${act}`,
    by,
    nhsNumber: null,
    outcome: number === '' ? 'asked for' : `asked for, ${number}`,
  });
  const done = (await parts.desk?.order(order)) ?? null;
  if (done !== null && 'number' in done) return { to: `/ops/incidents/${done.number}` };
  const error = done === null ? NOT_ANSWERED : errorOf(act, done);
  const filled = { act, fields, components, errors: [error] };
  if (act === 'open') return newIncidentView(filled);
  return (await shown(parts, number, filled)) ?? problemOf({ kind: 'NotFound' }, requestId);
}

export function newIncidentPage(): View {
  return newIncidentView(NOTHING);
}

const FIELDS: Readonly<Record<Act, readonly string[]>> = {
  open: ['by', 'symptom', 'impact', 'urgency', 'site', 'extent'],
  confirm: ['by', 'severity', 'reason'],
  update: ['by', 'stage', 'text', 'todo', 'notTodo', 'fallback'],
  resolve: ['by', 'text', 'check'],
  dismiss: ['by', 'text'],
};

type Filled = {
  readonly act: Act | null;
  readonly fields: Readonly<Record<string, string>>;
  readonly components: readonly string[];
  readonly errors: readonly FieldError[];
};

const NOTHING: Filled = { act: null, fields: {}, components: [], errors: [] };

const NOT_ANSWERED = notAnswered('spine incident');

/** `command` does on the host of the status site what could not be done here. */
export function notAnswered(command: string): FieldError {
  const text = `The status site does not answer: nothing was changed. On its host, ${command} does the same`;
  return { field: 'main-content', text };
}

type Refused = Exclude<
  Awaited<ReturnType<DeskClient['order']>>,
  null | { readonly number: string }
>;

function errorOf(act: Act, done: Refused): FieldError {
  if ('problem' in done) return { field: `${act}-${done.problem.field}`, text: done.problem.text };
  const { rejection } = done;
  const [words = ''] = REJECTIONS[rejection.kind].split(/[.:] /);
  const more = 'problem' in rejection ? `: ${rejection.problem}` : '';
  const field = FIELD_OF[rejection.kind] ?? TEXT_OF[act];
  return { field: `${act}-${field}`, text: `${words.replace(/\.$/, '')}${more}` };
}

const FIELD_OF: Readonly<Partial<Record<keyof typeof REJECTIONS, string>>> = {
  ReasonMissing: 'reason',
  PlaceMissing: 'component',
  Moved: 'by',
  Closed: 'by',
  NotConfirmed: 'by',
  IsPublic: 'by',
};

const TEXT_OF: Readonly<Record<Act, string>> = {
  open: 'symptom',
  confirm: 'reason',
  update: 'text',
  resolve: 'text',
  dismiss: 'text',
};

/** Null: there is no such incident. */
async function shown(
  { desk, statusUrl }: IncidentPagesParts,
  number: string,
  { act, fields, errors }: Filled,
): Promise<View | null> {
  const found = (await desk?.look()) ?? null;
  if (found === null) return { ...INCIDENT_LIST, errors, model: { statusUrl, isAnswering: false } };
  const incident = found.incidents.find((one) => one.number === number);
  if (incident === undefined) return null;
  const publicUrl = statusUrl === null ? null : `${statusUrl}${incidentPath(number)}`;
  return {
    view: 'operations/incident.njk',
    title: `${number}: ${incident.symptom}`,
    errors,
    model: {
      incident: incidentDetails(incident, new Date()),
      publicUrl,
      authors: authorItems(),
      stages: OPEN_STAGES.map((value) => ({ value, text: value })),
      levels: levelItems(),
      filled: { act, fields },
    },
  };
}

function newIncidentView({ fields, components, errors }: Filled): View {
  return {
    view: 'operations/new-incident.njk',
    title: 'Tell everybody of an incident',
    errors,
    model: {
      authors: authorItems(),
      levels: levelItems(),
      fields,
      groups: componentChoices(components),
    },
  };
}

function authorItems(): readonly object[] {
  return Object.entries(AUTHORS)
    .filter(([value]) => value !== 'automatic')
    .map(([value, text]) => ({ value, text }));
}

function levelItems(): readonly object[] {
  return LEVELS.map((level) => ({ value: String(level), text: String(level) }));
}
