import type { Actor } from '../../gateways/actor.ts';
import { present } from '../../kernel/bug.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import type { HttpRequest } from '../../platform/http.ts';
import { coverageNumber } from '../coverage/coverage.ts';
import type { Refusal } from '../outcome.ts';
import type { GateParts } from '../parts.ts';
import { type ApplicationGrants, type Mode, NO_GRANTS } from '../reader.ts';
import type { Ask } from './ask.ts';
import { denied, readAuthorization } from './authorization.ts';
import { actOfRoute, rightsRefusal } from './rights.ts';
import { OVER_CREATES, overQuota, overSpike } from './limits.ts';
import { modeOf, modeRefusal, type Wanted } from './mode.ts';
import {
  BASE_PATH,
  NO_ASID,
  pathRefusal,
  requestIdRefusal,
  roleRefusal,
  type Route,
} from './path.ts';

/** The checks of the gateway in their order: the first that fails is the answer [PDS 1.3]. */
export async function admit(
  parts: GateParts,
  request: HttpRequest,
  route: Route,
): Promise<Result<Ask, Refusal>> {
  const { headers, path, query, method, body } = request;
  const suffix = path.slice(BASE_PATH.length);
  const token = await readToken(parts, headers);
  if (!token.ok) return token;
  const tooMany = await overLimit(parts, token.value, { method, suffix });
  if (tooMany !== null) return fail(tooMany);
  const mode = await readMode(parts, token.value);
  if (!mode.ok) return mode;
  const id = headers['x-request-id'];
  const early = pathRefusal(suffix) ?? requestIdRefusal(id);
  if (early !== null) return fail(early);
  const acting = await inRole(parts, token.value, mode.value.mode, headers);
  if (!acting.ok) return acting;
  const actor = acting.value;
  if (actor.asid === null) return fail(NO_ASID);
  const refusal = modeRefusal(mode.value.mode, actor, wantedOf(route, request));
  if (refusal !== null) return fail(refusal);
  const interaction = interactionOf(route);
  if (interaction !== null && !(await parts.mayUse(actor.asid, interaction))) {
    return fail(denied(`ASID is not accredited for ${interaction}`));
  }
  const missing = mode.value.mode === 'worker' ? missingOf(parts, actor, route) : [];
  if (missing.length > 0) return fail(rightsRefusal(missing));
  const organisation = headers['nhsd-end-user-organisation-ods'] ?? '';
  const seesEthnicity = parts.ethnicityFor.includes(`${actor.asid} ${organisation}`);
  return ok({
    requestId: present(parseUuid(id ?? ''), 'request id'),
    actor,
    reader: { ...mode.value, seesEthnicity },
    at: parts.clock.now(),
    method,
    path,
    query,
    headers,
    body,
  });
}

/** An application by itself has no role [IDENTITY 1.5]. */
function missingOf({ missingRights }: GateParts, actor: Actor, route: Route): readonly string[] {
  const act = actOfRoute(route);
  return act === null || actor.userId === null ? [] : missingRights(actor, act);
}

type Headers = HttpRequest['headers'];
const EXPIRED = 'Access Token expired';
/** What the platform says of a user who has several roles. */
const SEVERAL_ROLES = 'SessionUridMissing';

/** Whose token it is; null: of a user with several roles who names none of them. */
async function readToken(
  { verify, clock }: GateParts,
  headers: Headers,
): Promise<Result<Actor | null, Refusal>> {
  const authorization = readAuthorization(headers['authorization']);
  if (!authorization.ok) return authorization;
  const asked = { authorization: authorization.value, at: clock.securityNow() };
  const verdict = await verify({ ...asked, roleProfile: undefined });
  if (verdict.ok) return verdict;
  if (verdict.error !== SEVERAL_ROLES) {
    return fail(denied(verdict.error === EXPIRED ? EXPIRED : 'Invalid Access Token'));
  }
  const again = await verify({ ...asked, roleProfile: roleOf(headers) ?? '' });
  return ok(again.ok ? again.value : null);
}

/** An empty header names no role. */
function roleOf(headers: Headers): string | undefined {
  const role = headers['nhsd-session-urid'];
  return role === '' ? undefined : role;
}

/** Only a healthcare worker has several roles. */
async function readMode(
  { grantsOf }: GateParts,
  actor: Actor | null,
): Promise<Result<{ mode: Mode; grants: ApplicationGrants }, Refusal>> {
  if (actor === null) return ok({ mode: 'worker', grants: NO_GRANTS });
  const grants = await grantsOf(actor.application.id);
  const mode = modeOf(actor, grants);
  return mode.ok ? ok({ mode: mode.value, grants }) : mode;
}

/** Checked for healthcare workers, ignored for all others [PDS 1.1]. */
async function inRole(
  { verify, clock }: GateParts,
  actor: Actor | null,
  mode: Mode,
  headers: Headers,
): Promise<Result<Actor, Refusal>> {
  const role = roleOf(headers);
  if (actor === null) return fail(roleRefusal(role ?? ''));
  if (mode !== 'worker' || role === undefined || actor.userId === null) return ok(actor);
  const authorization = headers['authorization'];
  const named = await verify({ authorization, roleProfile: role, at: clock.securityNow() });
  return named.ok ? named : fail(roleRefusal(role));
}

const CREATES = `${BASE_PATH} creations`; // of all callers together

async function overLimit(
  { limits }: GateParts,
  actor: Actor | null,
  { method, suffix }: { readonly method: string; readonly suffix: string },
): Promise<Refusal | null> {
  const name = actor?.application.id ?? actor?.asid ?? '';
  const { requestsPerMinute, requestsPerSecond, createsPerSecond } = limits;
  const counted = `${BASE_PATH} ${name}`;
  if (requestsPerSecond !== null && !(await limits.takeOfSecond(counted, requestsPerSecond))) {
    return overSpike(name);
  }
  if (requestsPerMinute !== null && !(await limits.takeOfMinute(counted, requestsPerMinute))) {
    return overQuota(name, requestsPerMinute);
  }
  const isCreate = method === 'POST' && suffix.startsWith('/Patient') && createsPerSecond !== null;
  const isWithin = !isCreate || (await limits.takeOfSecond(CREATES, createsPerSecond));
  return isWithin ? null : OVER_CREATES;
}

/** The interaction for which a system must be accredited; null where none is published [PDS 2]. */
function interactionOf({ kind }: Route): string | null {
  if (kind === 'retrieve') return 'urn:nhs:names:services:pdsquery:PatientRetrieve';
  return kind === 'coverage' ? 'urn:nhs:names:services:pdsquery:CoverageRetrieve' : null;
}

function wantedOf(route: Route, { query }: HttpRequest): Wanted {
  switch (route.kind) {
    case 'search': {
      const most = query['_max-results'];
      return { kind: 'search', most: typeof most === 'string' ? most : most?.[0] };
    }
    case 'retrieve':
    case 'related':
      return { kind: 'read', nhsNumber: route.nhsNumber };
    case 'update':
      return { kind: 'update', nhsNumber: route.nhsNumber };
    case 'create':
    case 'birth':
      return { kind: 'create' };
    case 'coverage':
      return { kind: 'coverage', method: 'GET', nhsNumber: coverageNumber(query) };
    case 'cover':
      return { kind: 'coverage', method: 'POST', nhsNumber: null };
    case 'poll':
      return { kind: 'poll' };
    case 'unknown':
      return { kind: 'other' };
  }
}
