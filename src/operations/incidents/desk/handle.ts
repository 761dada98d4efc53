import type { HttpRequest, HttpResponse, HttpRoute } from '../../../platform/http.ts';
import {
  changeIncident,
  incidentsIn,
  localFaultsIn,
  maintenanceIn,
  openIncident,
} from '../../record.ts';
import { showsKey } from '../../shown-key.ts';
import type { Store } from '../../store/repository.ts';
import { commandOf, type Desk, type Done, openOf, type Order, parseOrder } from './order.ts';

const PATH = '/operations/incidents';

/** Of the status site: where datacentres see all incidents, and do with them what their operators say. */
export function deskRoutes(store: Store, key: string | null, now: () => Date): HttpRoute[] {
  const guarded =
    (handle: (request: HttpRequest) => HttpResponse): HttpRoute['handle'] =>
    (request) =>
      showsKey(request, key)
        ? handle(request)
        : { status: 401, headers: { 'WWW-Authenticate': 'Bearer' }, body: '' };
  return [
    { method: 'GET', path: PATH, handle: guarded(() => json(200, deskOf(store, now()))) },
    {
      method: 'POST',
      path: PATH,
      handle: guarded(({ body }) => {
        const order = parseOrder(parsed(body));
        return order === null ? json(400, {}) : json(200, obey(store, order, now()));
      }),
    },
  ];
}

function deskOf(store: Store, now: Date): Desk {
  return {
    incidents: incidentsIn(store).toReversed(),
    maintenance: maintenanceIn(store).toReversed(),
    localFaults: localFaultsIn(store, now),
  };
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

/** The status site, as a process of a datacentre asks it; both null answers: it did not answer. */
export type DeskClient = {
  readonly look: () => Promise<Desk | null>;
  readonly order: (order: Order) => Promise<Done | null>;
};

const ANSWER_MS = 4_000;

/** Null: this process knows of no status site, or has no key to show it. */
export function openDesk(
  status: { readonly url: string; readonly key: string | null } | null,
): DeskClient | null {
  if (status === null || status.key === null) return null;
  const { url, key } = status;
  const ask = async <Answer>(order: Order | null): Promise<Answer | null> => {
    try {
      const answer = await fetch(`${url}${PATH}`, {
        ...(order === null ? {} : { method: 'POST', body: JSON.stringify(order) }),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(ANSWER_MS),
        redirect: 'error',
      });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the routes above wrote it
      return answer.ok ? ((await answer.json()) as Answer) : null;
    } catch {
      return null;
    }
  };
  return { look: () => ask<Desk>(null), order: (order) => ask<Done>(order) };
}
