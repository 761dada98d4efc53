import { writeFhirJson } from '../gateways/fhir/json.ts';
import type { Failure, HttpRequest, HttpResponse, HttpRoute } from '../platform/http.ts';
import { type Answer, refused } from './answer.ts';
import { denied } from './gate/authorization.ts';
import { admit } from './gate/index.ts';
import { BASE_PATH, pathRefusal, routeOf } from './gate/path.ts';
import { UNAVAILABLE, UNREADABLE } from './outcome.ts';
import type { GateParts } from './parts.ts';
import type { PatientParts } from './act/index.ts';
import { perform } from './perform.ts';

export type DemographicsParts = GateParts &
  PatientParts & {
    readonly version: string;
    readonly isReady: () => Promise<boolean>;
    /** Whether an application has this key. */
    readonly isApplicationKey: (key: string) => Promise<boolean>;
  };

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;

/** The Personal Demographics Service, at its base path [PDS 1]. */
export function demographicsRoutes(parts: DemographicsParts): HttpRoute[] {
  const { version: revision } = parts;
  const ping = { version: revision, revision, releaseId: revision, commitId: revision };
  return [
    { method: 'GET', path: `${BASE_PATH}/_ping`, handle: () => plain(ping) },
    { method: 'GET', path: `${BASE_PATH}/_status`, handle: (request) => status(parts, request) },
    ...METHODS.map(
      (method): HttpRoute => ({
        method,
        path: `${BASE_PATH}/*`,
        handle: (request) => answer(parts, request),
      }),
    ),
    { method: 'OPTIONS', path: `${BASE_PATH}/*`, handle: preflight },
  ];
}

async function answer(parts: DemographicsParts, request: HttpRequest): Promise<HttpResponse> {
  const route = routeOf(request.method, request.path.slice(BASE_PATH.length));
  const asked = await admit(parts, request, route);
  const said = asked.ok ? await perform(parts, route, asked.value) : refused(asked.error);
  const { organisation, asid } = asked.ok ? asked.value.actor : NOBODY;
  const about = { interaction: route.kind, organisation, asid, reason: said.refusal ?? null };
  return { ...written(said), about };
}

const NOBODY = { organisation: null, asid: null };

function plain(body: object): HttpResponse {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** Deep health, for who has the key of an application [PDS 1]. */
async function status(parts: DemographicsParts, { headers }: HttpRequest): Promise<HttpResponse> {
  const { isReady, isApplicationKey, version } = parts;
  if (!(await isApplicationKey(headers['apikey'] ?? ''))) {
    return written(refused(denied('Invalid Api Key')));
  }
  const word = (await isReady()) ? 'pass' : 'fail';
  const checks = { 'database:status': [{ status: word }] };
  return plain({ status: word, version, revision: version, checks });
}

const CORS_MAX_AGE_S = 600; // [IDENTITY 3.2]

function preflight({ headers }: HttpRequest): HttpResponse {
  const { origin } = headers;
  if (origin === undefined || headers['access-control-request-method'] === undefined) {
    return written(refused({ code: 'UNKNOWN_ERROR', status: 502 }));
  }
  return {
    status: 200,
    headers: {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Headers':
        'origin, x-requested-with, accept, content-type, authorization, if-match, x-request-id, x-correlation-id, nhsd-session-urid',
      'Access-Control-Allow-Methods': 'GET, POST, PATCH',
      'Access-Control-Max-Age': String(CORS_MAX_AGE_S),
      Vary: 'Origin',
    },
    body: '',
  };
}

function written({ status: code, headers, body }: Answer): HttpResponse {
  return {
    status: code,
    headers: { 'Content-Type': 'application/fhir+json', ...headers },
    body: writeFhirJson(body),
  };
}

/** Null when the request was for something else. */
export function demographicsFailure(request: HttpRequest, failure: Failure): HttpResponse | null {
  const isOurs = request.path === BASE_PATH || request.path.startsWith(`${BASE_PATH}/`);
  if (!isOurs) return null;
  switch (failure.kind) {
    case 'Unavailable':
      return written(refused(request.method === 'GET' ? UNREADABLE : UNAVAILABLE));
    case 'NotFound': {
      const suffix = request.path.slice(BASE_PATH.length);
      return written(refused(pathRefusal(suffix) ?? { code: 'UNSUPPORTED_SERVICE' }));
    }
    case 'BadRequest':
      return written(refused({ code: 'UNSUPPORTED_SERVICE' }));
    case 'Bug':
      return written(refused({ code: 'UNKNOWN_ERROR' }));
  }
}
