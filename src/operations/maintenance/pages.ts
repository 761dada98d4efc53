import type { Operator } from '../../identity/index.ts';
import {
  type FieldError,
  type PageRequest,
  problemOf,
  type Redirect,
  type View,
} from '../../pages/index.ts';
import { recordAct } from '../audit/repository.ts';
import { componentChoices, maintenanceDetails } from '../incidents/desk/model.ts';
import { INCIDENT_LIST, type IncidentPagesParts, notAnswered } from '../incidents/pages.ts';
import { MAINTENANCE_REJECTIONS } from './maintenance.ts';
import { MAINTENANCE_ACTS, type MaintenanceDone, type MaintenanceOrder } from './order.ts';

const FIELDS = ['title', 'effect', 'from', 'until', 'site', 'reason'] as const;

type Filled = Pick<MaintenanceOrder, 'fields' | 'components'> & {
  readonly errors: readonly FieldError[];
};

const NOTHING: Filled = { fields: {}, components: [], errors: [] };

export function newMaintenancePage(): View {
  return newView(NOTHING);
}

/** One of them, and what may be done with it. */
export async function maintenancePage(
  parts: IncidentPagesParts,
  { parts: { number = '' }, requestId }: PageRequest,
): Promise<View> {
  return (await shown(parts, number, NOTHING)) ?? problemOf({ kind: 'NotFound' }, requestId);
}

/** Plans, starts, ends or cancels; what cannot be done is said at its field, with all that was typed. */
export async function orderMaintenance(
  parts: IncidentPagesParts,
  { parts: { number = '' }, form, requestId }: PageRequest,
  by: Operator,
): Promise<View | Redirect> {
  const act = number === '' ? 'plan' : MAINTENANCE_ACTS.find((one) => one === form.text('act'));
  if (act === undefined)
    return problemOf({ kind: 'BadRequest', text: 'no act is named' }, requestId);
  const fields = Object.fromEntries(FIELDS.map((name) => [name, form.text(name)]));
  const components = form.all('component');
  const outcome = number === '' ? 'asked for' : `asked for, ${number}`;
  const interaction = `maintenance-${act}`;
  await recordAct(parts.database, { interaction, by, nhsNumber: null, outcome });
  const order = { act, number, version: '', fields, components };
  const done = (await parts.desk?.maintain(order)) ?? null;
  if (done !== null && 'number' in done) return { to: `/ops/maintenance/${done.number}` };
  const error = done === null ? notAnswered('spine maintenance') : errorOf(done);
  const filled = { fields, components, errors: [error] };
  if (act === 'plan') return newView(filled);
  return (await shown(parts, number, filled)) ?? problemOf({ kind: 'NotFound' }, requestId);
}

type Refused = Exclude<MaintenanceDone, { readonly number: string }>;

function errorOf(done: Refused): FieldError {
  if ('problem' in done) return done.problem;
  const { rejection } = done;
  const [words = ''] = MAINTENANCE_REJECTIONS[rejection.kind].split(/[.:]/);
  const more = 'problem' in rejection ? `: ${rejection.problem}` : '';
  const field =
    'field' in rejection ? rejection.field : (FIELD_OF[rejection.kind] ?? 'main-content');
  return { field, text: `${words}${more}` };
}

const FIELD_OF: Readonly<Partial<Record<keyof typeof MAINTENANCE_REJECTIONS, string>>> = {
  WindowWrong: 'from',
  PlaceMissing: 'plan-component',
};

/** Null: there is no such maintenance. */
async function shown(
  { desk, statusUrl }: IncidentPagesParts,
  number: string,
  { fields, errors }: Filled,
): Promise<View | null> {
  const found = (await desk?.look()) ?? null;
  if (found === null) return { ...INCIDENT_LIST, errors, model: { statusUrl, isAnswering: false } };
  const maintenance = found.maintenance.find((one) => one.number === number);
  if (maintenance === undefined) return null;
  const publicUrl = statusUrl === null ? null : `${statusUrl}/maintenance/`;
  const model = { maintenance: maintenanceDetails(maintenance), publicUrl, fields };
  const title = `${number}: ${maintenance.title}`;
  return { view: 'operations/maintenance.njk', title, errors, model };
}

function newView({ fields, components, errors }: Filled): View {
  const model = { fields, groups: componentChoices(components) };
  return { view: 'operations/new-maintenance.njk', title: 'Plan maintenance', errors, model };
}
