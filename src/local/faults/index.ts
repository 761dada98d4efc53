import type { ServerResponse } from 'node:http';

import { componentsAsked } from '../../operations/help/component-of.ts';
import type { HttpResponse, HttpRoute, HttpService } from '../../platform/http.ts';
import { write } from '../../platform/http-answer.ts';
import { json, parsed, textOf } from '../http.ts';

/** What goes wrong on purpose: so much of all sign-ins, under the name of a scenario [EXPERIENCE 2.2]. */
type Fault = { readonly name: string; readonly percent: number };

const PATH = '/_local/faults';

/**
 * Faults of one process of a test installation. `elsewhere`: other addresses of the installation, for clients that
 * hold the one where it fails.
 */
export function openFaults(elsewhere: readonly string[]): {
  readonly in: (service: HttpService) => HttpService;
} {
  let fault: Fault | null = null;
  let asked = 0;
  const strikes = (method: string, path: string): boolean => {
    if (fault === null || !componentsAsked(method, path).includes('sign-in')) return false;
    asked += 1;
    return (asked * fault.percent) % 100 < fault.percent; // evenly, and the same in each run
  };
  const answer = (): HttpResponse => injected(fault?.name ?? '', elsewhere);
  const set = (next: Fault | null): HttpResponse => {
    fault = next;
    asked = 0;
    return json(200, { fault });
  };
  const own: readonly HttpRoute[] = [
    { method: 'GET', path: PATH, handle: () => json(200, { fault }) },
    { method: 'DELETE', path: PATH, handle: () => set(null) },
    {
      method: 'PUT',
      path: PATH,
      handle: ({ body }) => {
        const read = faultIn(body);
        return read === null ? json(400, { error: USAGE }) : set(read);
      },
    },
  ];
  return {
    in: (service) => ({
      ...service,
      routes: [
        ...service.routes.map((route) => ({
          ...route,
          handle: (request: Parameters<HttpRoute['handle']>[0]) =>
            strikes(request.method, request.path) ? answer() : route.handle(request),
        })),
        ...own,
      ],
      mounts: service.mounts.map((mount) => ({
        ...mount,
        handle: async (request, response: ServerResponse) => {
          const [path = ''] = (request.url ?? '').split('?', 1);
          if (strikes(request.method ?? 'GET', path)) write(response, answer());
          else await mount.handle(request, response);
        },
      })),
    }),
  };
}

const USAGE =
  'Send {"name":"outage-2014-10-16","signIn":50}: how many of a hundred sign-ins fail. DELETE ends it.';

function faultIn(body: Buffer): Fault | null {
  const value = parsed(body);
  const name = textOf(value, 'name') ?? '';
  const percent: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'signIn') : null;
  const isFault =
    /^[\w-]{1,60}$/.test(name) &&
    typeof percent === 'number' &&
    Number.isInteger(percent) &&
    percent >= 1 &&
    percent <= 100;
  return isFault ? { name, percent } : null;
}

function injected(name: string, elsewhere: readonly string[]): HttpResponse {
  const link = elsewhere.map((url) => `<${url}>; rel="alternate"`).join(', ');
  return json(
    503,
    { error: 'service_unavailable', error_description: `a fault on purpose: ${name}` },
    {
      'Retry-After': '5',
      'X-Injected-Fault': name,
      ...(link === '' ? {} : { Link: link }),
    },
  );
}
