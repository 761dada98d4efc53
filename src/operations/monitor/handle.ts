import type { HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import { type Datacentre, isComponent } from '../components.ts';
import { showsKey } from '../shown-key.ts';
import type { Store } from '../store/repository.ts';
import type { Minute } from './observed.ts';

/** Where datacentres tell how their users fare; nobody else is heard. */
export function minutesRoute(store: Store, key: string | null): HttpRoute {
  return {
    method: 'POST',
    path: '/operations/minutes',
    handle: (request) => take(store, key, request),
  };
}

function take(store: Store, key: string | null, request: HttpRequest): HttpResponse {
  if (!showsKey(request, key)) {
    return { status: 401, headers: { 'WWW-Authenticate': 'Bearer' }, body: '' };
  }
  const minutes = minutesIn(request.body);
  if (minutes === null) return { status: 400, body: '' };
  store.transaction(() => {
    for (const minute of minutes) store.observed.keepMinute(minute);
  });
  return { status: 204, body: '' };
}

/** Null when one of them is not in its form. */
function minutesIn(body: Buffer): Minute[] | null {
  const value = parsed(body);
  const list: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'minutes') : null;
  if (!Array.isArray(list)) return null;
  const minutes = list.map(minuteIn);
  return minutes.every((minute) => minute !== null) ? minutes : null;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function minuteIn(value: unknown): Minute | null {
  if (typeof value !== 'object' || value === null) return null;
  const of = (name: string): unknown => Reflect.get(value, name);
  const number = (name: string): number => {
    const count = of(name);
    return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? count : 0;
  };
  const [component, at, failuresBy] = [of('component'), of('at'), of('failuresBy')];
  const datacentre = siteOf(of('datacentre'));
  const when = new Date(typeof at === 'string' ? at : '');
  const isMinute =
    typeof component === 'string' && isComponent(component) && !Number.isNaN(when.getTime());
  if (!isMinute || datacentre === null) return null;
  return {
    at: when,
    component,
    datacentre,
    calls: number('calls'),
    failures: number('failures'),
    p99Ms: number('p99Ms'),
    organisations: number('organisations'),
    failuresBy: countsIn(failuresBy),
  };
}

function siteOf(value: unknown): Datacentre | null {
  return value === 'a' || value === 'b' ? value : null;
}

function countsIn(value: unknown): Record<string, number> {
  if (typeof value !== 'object' || value === null) return {};
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  return Object.fromEntries(
    entries.flatMap(([name, count]) => (typeof count === 'number' ? [[name, count]] : [])),
  );
}
