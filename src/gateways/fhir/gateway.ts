import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Failure, HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import type { About } from '../../platform/measures/answered.ts';
import type { Actor } from '../actor.ts';
import { capabilityStatement } from './capability-statement.ts';
import {
  faultBody,
  type GatewayFault,
  headersForbidden,
  NO_ASID,
  NOT_FOUND,
  NOTHING_TO_POLL,
  REQUEST_ID_MISSING,
  SERVER_ERROR,
  UNAVAILABLE,
} from './faults.ts';
import { type Base, BASES, type FhirInteraction } from './interaction.ts';
import { type JsonObject, parseFhirJson, writeFhirJson } from './json.ts';
import { type OperationOutcome, operationOutcome } from './operation-outcome.ts';
import { checkMessage } from './structure/index.ts';
import { resourcesOf } from './structure/message-definition.ts';

/** Says who sends a request, or the fault to answer; main.ts passes it in [DESIGN D5]. */
export type Authenticate = (
  request: HttpRequest,
  at: Date,
) => Result<Actor, GatewayFault> | Promise<Result<Actor, GatewayFault>>;

export type GatewayParts = {
  readonly interactions: readonly FhirInteraction[];
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly version: string;
  /** Whether the installation can do its work now: what `_status` tells. */
  readonly isReady: () => Promise<boolean>;
  /** A live service refuses the headers of trials [EPS-FHIR 1]. */
  readonly isLive: boolean;
  /** Does what one application asks, or throws when it has more than its share in hand [RELIABILITY C13]. */
  readonly share: <Done>(application: string, work: () => Promise<Done>) => Promise<Done>;
};

const FHIR_JSON = { 'Content-Type': 'application/fhir+json; fhirVersion=4.0' };
const XML_TYPE = { 'Content-Type': 'application/xml' };
const JSON_TYPE = { 'Content-Type': 'application/json' };
const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The routes of the three FHIR bases [EPS-FHIR 2]. */
export function fhirRoutes(parts: GatewayParts): HttpRoute[] {
  const bases = Object.keys(BASES).filter((name): name is Base => name in BASES);
  return [
    ...parts.interactions.flatMap((interaction) =>
      interaction.bases.map(
        (base): HttpRoute => ({
          method: interaction.method,
          path: `${BASES[base]}/FHIR/R4${interaction.path}`,
          handle: (request) => answer(parts, interaction, base, request),
        }),
      ),
    ),
    ...bases.flatMap((base) => openRoutes(parts, base)),
  ];
}

/** Beside the messages; only what is asked for later needs a token. */
function openRoutes(parts: GatewayParts, base: Base): HttpRoute[] {
  const { version } = parts;
  const path = BASES[base];
  const ping = { version, revision: version, releaseId: version, commitId: version };
  return [
    {
      method: 'GET',
      path: `${path}/metadata`,
      handle: () => ({
        status: 200,
        headers: FHIR_JSON,
        body: JSON.stringify({ capabilityStatement: capabilityStatement(base, version) }),
      }),
    },
    { method: 'GET', path: `${path}/_ping`, handle: () => plain(200, ping) },
    {
      method: 'GET',
      path: `${path}/_status`,
      handle: (request) => (request.headers['apikey'] === undefined ? FORBIDDEN : status(parts)),
    },
    { method: 'GET', path: `${path}/_healthcheck`, handle: () => health(parts) },
    {
      method: 'GET',
      path: `${path}/_poll/:id`,
      handle: async (request) => {
        const admitted = await admit(parts, request);
        return faultResponse(admitted.ok ? NOTHING_TO_POLL : admitted.error);
      },
    },
    {
      method: 'OPTIONS',
      path: `${path}/*`,
      handle: (request) => ({ status: 200, headers: corsHeaders(request), body: '' }),
    },
  ];
}

const FORBIDDEN = plain(403, { error: 'the apikey header is missing' });

async function status({ isReady, version }: GatewayParts): Promise<HttpResponse> {
  const isUp = await isReady();
  const word = isUp ? 'pass' : 'error';
  const check = [{ status: word, timeout: 'false', responseCode: isUp ? 200 : 503 }];
  const checks = {
    'validator:status': [{ status: 'pass', timeout: 'false', responseCode: 200 }],
    'spine:status': check,
  };
  return plain(200, { status: word, commitId: version, versionNumber: version, checks });
}

async function health(parts: GatewayParts): Promise<HttpResponse> {
  return { ...(await status(parts)), status: (await parts.isReady()) ? 200 : 500 };
}

function plain(code: number, body: object): HttpResponse {
  return { status: code, headers: JSON_TYPE, body: JSON.stringify(body) };
}

const CORS_MAX_AGE_S = 600; // [IDENTITY 3.2]

function corsHeaders(request: HttpRequest): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': request.headers['origin'] ?? '*',
    'Access-Control-Allow-Headers':
      'origin, x-requested-with, accept, content-type, authorization, x-request-id, x-correlation-id, nhsd-session-urid',
    'Access-Control-Allow-Methods': 'GET, PUT, POST, DELETE',
    'Access-Control-Max-Age': String(CORS_MAX_AGE_S),
  };
}

/** The steps in their order: gateway, JSON, structure, then the interaction's own rules [EPS-FHIR 5.1]. */
async function answer(
  parts: GatewayParts,
  interaction: FhirInteraction,
  base: Base,
  request: HttpRequest,
): Promise<HttpResponse> {
  const admitted = await admit(parts, request);
  if (!admitted.ok) return faultResponse(admitted.error);
  const requestId = request.headers['x-request-id'] ?? '';
  const read = interaction.method === 'GET' ? ok({}) : readResource(request.body, interaction);
  const actor = admitted.value;
  if (!read.ok) return { ...read.error, about: aboutOf(actor, 'structure') };
  const { status, resource } = await parts.share(
    actor.application.id ?? actor.asid ?? '',
    async () =>
      interaction.handle({
        base,
        requestId,
        query: request.query,
        body: request.body,
        actor,
        resource: read.value,
        at: parts.clock.now(),
      }),
  );
  const about = aboutOf(actor, status < 400 ? null : codeOf(resource));
  return typeof resource === 'string'
    ? { status, headers: XML_TYPE, body: resource, about }
    : { status, headers: FHIR_JSON, body: writeFhirJson(resource), about };
}

function aboutOf({ organisation, asid }: Actor, reason: string | null): About {
  return { organisation, asid, reason };
}

/** Of the first issue of a refusal: Spine's code, else that of FHIR. */
function codeOf(resource: object | string): string | null {
  if (!isOutcome(resource)) return null;
  const issue = resource.issue.at(0);
  return issue?.details?.coding.at(0)?.code ?? issue?.code ?? null;
}

function isOutcome(resource: object | string): resource is OperationOutcome {
  return (
    typeof resource === 'object' &&
    'resourceType' in resource &&
    resource.resourceType === 'OperationOutcome'
  );
}

async function admit(
  parts: GatewayParts,
  request: HttpRequest,
): Promise<Result<Actor, GatewayFault>> {
  const actor = await parts.authenticate(request, parts.clock.securityNow());
  if (!actor.ok) return actor;
  if (!REQUEST_ID.test(request.headers['x-request-id'] ?? '')) return fail(REQUEST_ID_MISSING);
  if (actor.value.asid === null) return fail(NO_ASID);
  const trials = TRIAL_HEADERS.filter((name) => request.headers[name] !== undefined);
  return parts.isLive && trials.length > 0 ? fail(headersForbidden(trials)) : actor;
}

const TRIAL_HEADERS = ['x-skip-validation', 'x-raw-response'] as const;

function readResource(
  body: Buffer,
  { takesSearchset = false }: FhirInteraction,
): Result<JsonObject, HttpResponse> {
  const json = parseFhirJson(body);
  if (!json.ok) return fail(refusal([json.error]));
  const { resourceType, type } = json.value;
  const isSet = takesSearchset && resourceType === 'Bundle' && type === 'searchset';
  const messages = isSet ? resourcesOf(json.value) : [json.value];
  const issues = messages.flatMap(checkMessage);
  return issues.length === 0 ? json : fail(refusal(issues));
}

function refusal(issues: Parameters<typeof operationOutcome>[0]): HttpResponse {
  return { status: 400, headers: FHIR_JSON, body: JSON.stringify(operationOutcome(issues, null)) };
}

function faultResponse(fault: GatewayFault): HttpResponse {
  return {
    status: fault.status,
    headers: { ...FHIR_JSON, ...fault.headers },
    body: faultBody(fault),
  };
}

/** Null when the request was for no FHIR base. */
export function fhirFailure(request: HttpRequest, failure: Failure): HttpResponse | null {
  const isOurs = Object.values(BASES).some((path) => request.path.startsWith(`${path}/`));
  if (!isOurs) return null;
  switch (failure.kind) {
    case 'Unavailable':
      return faultResponse(UNAVAILABLE);
    case 'NotFound':
      // Inside the back end every unknown path or method is the same 500 [EPS-FHIR 5.1].
      return faultResponse(request.path.includes('/FHIR/R4/') ? SERVER_ERROR : NOT_FOUND);
    case 'BadRequest':
    case 'Bug':
      return faultResponse(SERVER_ERROR);
  }
}
