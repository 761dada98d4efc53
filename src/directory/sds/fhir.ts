import { writeFhirJson } from '../../gateways/fhir/json.ts';
import type { Database } from '../../platform/database.ts';
import type { Failure, HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import { type Ask, type Parameters, readDeviceAsk, readEndpointAsk } from './ask.ts';
import { faultBody, type FaultKind, FAULTS } from './faults.ts';
import { findDevices, findEndpoints, type Found, newId } from './handle.ts';
import {
  CORRELATION_FAULT,
  CORRELATION_ID,
  FHIR_TYPE,
  mediaType,
  percentDecoded,
} from './headers.ts';
import { outcomeBody, type OutcomeKind, OUTCOMES } from './outcomes.ts';
import { searchset } from './resources.ts';
import type { Result } from '../../kernel/result.ts';

export const SDS_BASE = '/spine-directory/FHIR/R4';

type Take = (key: string, most: number) => boolean | Promise<boolean>;

export type SdsParts = {
  readonly database: Database;
  /** Code of the Spine itself, through which some messages go. */
  readonly spineOds: string;
  /** Address under which clients know the service. */
  readonly publicUrl: string;
  /** Whether the directory can be asked now. */
  readonly isReady: () => Promise<boolean>;
  /** Id of the application with this key, if it may call; main.ts passes it in. */
  readonly applicationOf: (key: string) => Promise<string | null>;
  readonly limits: {
    /** Of one application; null: without limit. */
    readonly requestsPerMinute: number | null;
    readonly requestsPerSecond: number | null;
    /** Whether one more of this key is within its limit, of all processes together. */
    readonly takeOfMinute: Take;
    readonly takeOfSecond: Take;
  };
};

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const;

type Search = {
  readonly read: (parameters: Parameters) => Result<Ask, string>;
  readonly find: (parts: SdsParts, ask: Ask) => Promise<Found>;
};

const SEARCHES: Readonly<Record<string, Search>> = {
  '/Device': { read: readDeviceAsk, find: ({ database }, ask) => findDevices(database, ask) },
  '/Endpoint': {
    read: readEndpointAsk,
    find: ({ database, spineOds }, ask) => findEndpoints(database, spineOds, ask),
  },
};
const HEALTH = ['/healthcheck', '/healthcheck/deep'];

/** The Spine Directory Service, at its base path [SDS 1]. */
export function sdsRoutes(parts: SdsParts): HttpRoute[] {
  const admit = gateOf(parts);
  return METHODS.map((method) => ({
    method,
    path: `${SDS_BASE}/*`,
    handle: async (request) => {
      const suffix = request.path.slice(SDS_BASE.length);
      if (method === 'GET' && HEALTH.includes(suffix)) return health(parts, request);
      const fault = await admit(request.headers['apikey'] ?? '');
      return fault === null ? answer(parts, request) : faultResponse(request, fault);
    },
  }));
}

/** Healthy, or not able to ask the directory; asked by balancers, which have no key. */
async function health({ isReady }: SdsParts, request: HttpRequest): Promise<HttpResponse> {
  const isUp = !request.path.endsWith('/deep') || (await isReady());
  return isUp
    ? { status: 200, headers: correlation(idOf(request)), body: '' }
    : refusal(request, 'TimedOut');
}

/** Says who may not come in, and why; null: come in. */
function gateOf({ applicationOf, limits }: SdsParts) {
  const { requestsPerMinute, requestsPerSecond, takeOfMinute, takeOfSecond } = limits;
  return async (key: string): Promise<FaultKind | null> => {
    if (key === '') return 'KeyMissing';
    const application = await applicationOf(key);
    if (application === null) return 'KeyWrong';
    const counted = `${SDS_BASE} ${application}`;
    const isSpike = requestsPerSecond !== null && !(await takeOfSecond(counted, requestsPerSecond));
    if (isSpike) return 'OverSpike';
    const isWithin = requestsPerMinute === null || (await takeOfMinute(counted, requestsPerMinute));
    return isWithin ? null : 'OverQuota';
  };
}

async function answer(parts: SdsParts, request: HttpRequest): Promise<HttpResponse> {
  const { path, method, headers, query, search: asked } = request;
  const search = SEARCHES[path.slice(SDS_BASE.length)];
  if (search === undefined && !HEALTH.includes(path.slice(SDS_BASE.length))) {
    return refusal(request, 'NotFound');
  }
  if (method !== 'GET' || search === undefined) return refusal(request, 'WrongMethod');
  const given = headers['x-correlation-id'];
  if (given !== undefined && !CORRELATION_ID.test(given)) {
    return refusal(request, 'BadRequest', CORRELATION_FAULT);
  }
  const ask = search.read(query);
  if (!ask.ok) return refusal(request, 'BadRequest', `HTTP 400: Bad Request (${ask.error})`);
  const type = mediaType(headers['accept']);
  if (type === null) return refusal(request, 'NotAcceptable');
  const found = await search.find(parts, ask.value);
  if (!found.ok) return refusal(request, found.error);
  const address = `${parts.publicUrl}${path}`;
  const self = percentDecoded(`${address}${asked}`);
  const bundle = searchset(found.value, { id: newId(), self, path: address });
  return {
    status: 200,
    headers: { 'Content-Type': type, ...correlation(idOf(request)) },
    body: writeFhirJson(bundle),
  };
}

function refusal(
  request: HttpRequest,
  kind: OutcomeKind,
  diagnostics: string | null = null,
): HttpResponse {
  const id = idOf(request);
  return {
    status: OUTCOMES[kind].status,
    headers: {
      'Content-Type': mediaType(request.headers['accept']) ?? FHIR_TYPE,
      ...correlation(id),
      ...(kind === 'WrongMethod' ? { Allow: 'GET' } : {}),
    },
    body: writeFhirJson(outcomeBody(kind, id, diagnostics)),
  };
}

const RETRY_AFTER_SECONDS = '5'; // as the other interfaces of the platform [EPS-FHIR 5.1]

function faultResponse(request: HttpRequest, kind: FaultKind): HttpResponse {
  const { status } = FAULTS[kind];
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      ...correlation(idOf(request)),
      ...(status === 429 ? { 'Retry-After': RETRY_AFTER_SECONDS } : {}),
    },
    body: JSON.stringify(faultBody(kind)),
  };
}

/** The client's own id; a new one when it gave none that is one [SDS 1.1]. */
function idOf({ headers }: HttpRequest): string {
  const given = headers['x-correlation-id'];
  return given !== undefined && CORRELATION_ID.test(given) ? given : newId();
}

/** In small letters, as the headers that every answer has: this one stands instead. */
function correlation(id: string): Record<string, string> {
  return { 'x-correlation-id': id };
}

/** Null when the request was for something else. */
export function sdsFailure(request: HttpRequest, failure: Failure): HttpResponse | null {
  const isOurs = request.path === SDS_BASE || request.path.startsWith(`${SDS_BASE}/`);
  if (!isOurs) return null;
  switch (failure.kind) {
    case 'NotFound':
      return refusal(
        request,
        METHODS.some((one) => one === request.method) ? 'NotFound' : 'WrongMethod',
      );
    case 'Unavailable':
      return refusal(request, 'TimedOut');
    case 'BadRequest':
      return refusal(request, 'BadRequest', `HTTP 400: Bad Request (${failure.text})`);
    case 'Bug':
      return refusal(request, 'Failed');
  }
}
