import {
  accessDenied,
  type GatewayFault,
  SESSION_URID_MISSING,
  sessionUridInvalid,
} from './gateways/fhir/faults.ts';
import { type Authenticate, fhirFailure, fhirRoutes } from './gateways/fhir/gateway.ts';
import {
  type AccessTokenFault,
  accessTokenVerifier,
  type SigningKey,
  signingKeys,
} from './identity/index.ts';
import { present } from './kernel/bug.ts';
import { fail } from './kernel/result.ts';
import { type Clock, REAL_CLOCK } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { type Database, openDatabase } from './platform/database.ts';
import {
  type Failure,
  type HttpRequest,
  type HttpResponse,
  type HttpRoute,
  startHttp,
} from './platform/http.ts';
import { describeBug, type Log } from './platform/log.ts';
import { sql } from './platform/sql.ts';
import { prescriptionInteractions } from './prescriptions/index.ts';
import { VERSION } from './version.ts';

/** One process of one datacentre, listening. */
export type Datacentre = { readonly port: number; readonly url: string; close(): Promise<void> };

/** Puts the parts together and listens; in test mode it also sends a synthetic journey through itself. */
export async function startDatacentre(config: Config, log: Log): Promise<Datacentre> {
  const database = openDatabase({
    url: config.databaseUrl,
    connections: config.databaseConnections,
  });
  const keys = await signingKeys(database);
  const local = config.mode === 'test' ? await openLocal(config, database, keys) : null;
  const clock = local?.clock ?? REAL_CLOCK;
  const { organisationCheck, holderCheck } = config;
  const spine = { database, settings: { organisationCheck, holderCheck } };
  const http = await startHttp({
    host: config.host,
    port: config.port,
    routes: [
      ...fhirRoutes({
        interactions: prescriptionInteractions(spine),
        authenticate: authenticator(keys),
        version: VERSION,
        isReady: () => answers(database),
        clock,
      }),
      ...(local?.routes ?? []),
    ],
    headers: (request) => commonHeaders(config, request, local?.environment() ?? null),
    onFailure: (request, failure) => onFailure(request, failure, log),
  });
  const url = `http://${config.host}:${http.port}`;
  const close = async (): Promise<void> => {
    await http.close();
    local?.clock.close();
    await database.close();
  };
  try {
    await local?.probe(url);
  } catch (error) {
    await close();
    throw error;
  }
  return { port: http.port, url, close };
}

async function answers(database: Database): Promise<boolean> {
  try {
    await database.all(sql`select 1`);
    return true;
  } catch {
    return false;
  }
}

type Local = {
  readonly clock: Clock & { close(): void };
  readonly routes: readonly HttpRoute[];
  readonly probe: (url: string) => Promise<void>;
  /** What is real and what is not. */
  readonly environment: () => string;
};

/** Loaded in test mode only: live, the code is not even in the process. */
async function openLocal(
  config: Config,
  database: Database,
  keys: readonly SigningKey[],
): Promise<Local> {
  const { localRoutes, openMovableClock, probe } = await import('./local/index.ts');
  const clock = await openMovableClock(database);
  const parts = { database, clock, keys, datacentre: config.datacentre };
  return {
    clock,
    routes: localRoutes(parts),
    probe: (url) => probe(parts, url),
    environment: () => `test; signing=mock; clock=${clock.read().real ? 'real' : 'shifted'}`,
  };
}

function authenticator(keys: readonly SigningKey[]): Authenticate {
  const verify = accessTokenVerifier(keys);
  return ({ headers }, at) => {
    const roleProfile = headers['nhsd-session-urid'];
    const actor = verify({ authorization: headers['authorization'], roleProfile, at });
    return actor.ok ? actor : fail(faultOf(actor.error, roleProfile ?? ''));
  };
}

function faultOf(fault: AccessTokenFault, roleProfile: string): GatewayFault {
  if (fault === 'SessionUridMissing') return SESSION_URID_MISSING;
  return fault === 'SessionUridInvalid' ? sessionUridInvalid(roleProfile) : accessDenied(fault);
}

/** On every answer: who served it, the caller's ids again, and what is real and what is not [EXPERIENCE 0]. */
function commonHeaders(
  config: Config,
  { headers }: HttpRequest,
  environment: string | null,
): Record<string, string> {
  const common: Record<string, string> = {
    'X-Served-By': `${config.datacentre}; openspine/${VERSION}`,
  };
  for (const name of ['x-request-id', 'x-correlation-id'] as const) {
    const value = headers[name];
    if (value !== undefined) common[name] = value;
  }
  if (environment !== null) common['X-Environment'] = environment;
  return common;
}

function onFailure(request: HttpRequest, failure: Failure, log: Log): HttpResponse {
  const requestId = request.headers['x-request-id'] ?? '';
  if (failure.kind === 'Bug') log({ event: 'bug', requestId, outcome: describeBug(failure.error) });
  return fhirFailure(request, failure) ?? plainFailure(failure);
}

const PLAIN: Record<Failure['kind'], { status: number; error: string }> = {
  NotFound: { status: 404, error: 'There is nothing at this address.' },
  BadRequest: { status: 400, error: 'The request cannot be read.' },
  Unavailable: { status: 503, error: 'The service cannot answer just now. Try again.' },
  Bug: { status: 500, error: 'The service made a mistake. It has been logged.' },
};

function plainFailure(failure: Failure): HttpResponse {
  const { status, error } = present(PLAIN[failure.kind], 'failure');
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      ...(status === 503 ? { 'Retry-After': '1' } : {}),
    },
    body: JSON.stringify({ error }),
  };
}
