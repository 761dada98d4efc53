import type { HttpRequest, HttpResponse, HttpRoute } from '../../../platform/http.ts';
import {
  MAINTENANCE_ACTS,
  maintenanceCommandOf,
  type MaintenanceDone,
  type MaintenanceOrder,
  planOf,
} from '../../maintenance/order.ts';
import {
  changeIncident,
  changeMaintenance,
  incidentsIn,
  maintenanceIn,
  openIncident,
  planMaintenance,
} from '../../record.ts';
import type { LateParty, Round } from '../../monitor/observed.ts';
import { showsKey } from '../../shown-key.ts';
import type { Snapshot } from '../../site/snapshot.ts';
import type { Store } from '../../store/repository.ts';
import { contactsIn } from '../../suppliers/contacts/record.ts';
import {
  CONTACTS_PATH,
  type ContactDone,
  type ContactOrder,
  LATE_PATH,
} from '../../suppliers/handle.ts';
import { localFaultsIn, toldOf } from '../../suppliers/record.ts';
import { ACTS, commandOf, type Desk, type Done, openOf, type Order, parseOrder } from './order.ts';

const PATH = '/operations/incidents';
const MAINTENANCE_PATH = '/operations/maintenance';

/** The time, and what everybody is shown at it. */
type Watched = { readonly now: () => Date; readonly snapshot: () => Pick<Snapshot, 'states'> };

/** Of the status site: where datacentres see all incidents, and do with them what their operators say. */
export function deskRoutes(
  store: Store,
  key: string | null,
  { now, snapshot }: Watched,
): HttpRoute[] {
  const guarded =
    (handle: (request: HttpRequest) => HttpResponse): HttpRoute['handle'] =>
    (request) =>
      showsKey(request, key)
        ? handle(request)
        : { status: 401, headers: { 'WWW-Authenticate': 'Bearer' }, body: '' };
  return [
    {
      method: 'GET',
      path: PATH,
      handle: guarded(() => json(200, deskOf(store, now(), snapshot()))),
    },
    {
      method: 'POST',
      path: PATH,
      handle: guarded(({ body }) => {
        const order = parseOrder(parsed(body), ACTS);
        return order === null ? json(400, {}) : json(200, obey(store, order, now()));
      }),
    },
    {
      method: 'POST',
      path: MAINTENANCE_PATH,
      handle: guarded(({ body }) => {
        const order = parseOrder(parsed(body), MAINTENANCE_ACTS);
        return order === null ? json(400, {}) : json(200, maintain(store, order, now()));
      }),
    },
  ];
}

function deskOf(store: Store, now: Date, { states }: Pick<Snapshot, 'states'>): Desk {
  return {
    states,
    steps: lastSteps(store.observed.rounds()),
    incidents: incidentsIn(store).toReversed(),
    maintenance: maintenanceIn(store).toReversed(),
    localFaults: localFaultsIn(store, now).map((one) => ({ ...one, told: toldOf(store, one) })),
    contacts: contactsIn(store),
  };
}

/** The newest of each cell; of several journeys through it in one round the one that failed. */
function lastSteps(rounds: readonly Round[]): Desk['steps'] {
  const steps = new Map<string, Desk['steps'][number]>();
  for (const round of rounds) {
    const at = round.at.toISOString();
    for (const step of round.steps) {
      const cell = `${step.component} ${step.datacentre}`;
      const known = steps.get(cell);
      if (known?.at !== at || known.outcome === 'ok') steps.set(cell, { ...step, at });
    }
  }
  return [...steps.values()];
}

function obey(store: Store, order: Order, at: Date): Done {
  if (order.act === 'open') {
    const command = openOf(order, at);
    if ('problem' in command) return command;
    const opened = openIncident(store, command);
    return opened.ok ? { number: opened.value.number } : { rejection: opened.error };
  }
  const command = commandOf(order, at);
  if ('problem' in command) return command;
  const changed = changeIncident(store, order.number, command);
  return changed.ok ? { number: order.number } : { rejection: changed.error };
}

function maintain(store: Store, order: MaintenanceOrder, at: Date): MaintenanceDone {
  const command = order.act === 'plan' ? planOf(order, at) : maintenanceCommandOf(order, at);
  if ('problem' in command) return command;
  const done =
    'title' in command
      ? planMaintenance(store, command)
      : changeMaintenance(store, order.number, command);
  return done.ok ? { number: done.value.number } : { rejection: done.error };
}

function json(status: number, value: object): HttpResponse {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return { status, headers, body: JSON.stringify(value) };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

/** The status site, as a process of a datacentre asks it; null answers: it did not answer. */
export type DeskClient = {
  /** It has so long to answer, or as long as for an order. */
  readonly look: (withinMs?: number) => Promise<Desk | null>;
  readonly order: (order: Order) => Promise<Done | null>;
  readonly maintain: (order: MaintenanceOrder) => Promise<MaintenanceDone | null>;
  readonly contact: (order: ContactOrder) => Promise<ContactDone | null>;
  /** Messages that parties do not take, all of them. */
  readonly late: (parties: readonly LateParty[]) => Promise<object | null>;
};

const ANSWER_MS = 4_000;

/** Null: this process knows of no status site, or has no key to show it. */
export function openDesk(
  status: { readonly url: string; readonly key: string | null } | null,
): DeskClient | null {
  if (status === null || status.key === null) return null;
  const { url, key } = status;
  const ask = async <Answer>(
    path: string,
    order: object | null,
    withinMs = ANSWER_MS,
  ): Promise<Answer | null> => {
    try {
      const answer = await fetch(`${url}${path}`, {
        ...(order === null ? {} : { method: 'POST', body: JSON.stringify(order) }),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(withinMs),
        redirect: 'error',
      });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the routes above wrote it
      return answer.ok ? ((await answer.json()) as Answer) : null;
    } catch {
      return null;
    }
  };
  return {
    look: (withinMs) => ask<Desk>(PATH, null, withinMs),
    order: (order) => ask<Done>(PATH, order),
    maintain: (order) => ask<MaintenanceDone>(MAINTENANCE_PATH, order),
    contact: (order) => ask<ContactDone>(CONTACTS_PATH, order),
    late: (parties) => ask<object>(LATE_PATH, { parties }),
  };
}
