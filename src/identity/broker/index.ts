import { randomUUID } from 'node:crypto';

import type { Result } from '../../kernel/result.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Failure, HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import type { KeyRing } from '../keys/index.ts';
import type { SessionStore } from '../sessions/index.ts';
import { type Asked, assertionResponse, deniedResponse } from './assertion.ts';
import { atOnce } from './at-once.ts';
import { activate, assertRole, type Broker, chooseRole, logOut, validate } from './handle.ts';
import { REFUSALS, type Refused } from './refusals.ts';
import { activationReply, DONE, type Place, refusalReply, validationReply } from './replies.ts';
import {
  readActivation,
  readAnswered,
  readLoggingOut,
  readSelection,
  readToken,
} from './requests.ts';

export { checkChallenge, makeChallenge, RANDOM_BYTES } from './challenge.ts';
export { type Digest, readSigned } from './cms.ts';
export { type GpObject, readGpObject, writeGpObject } from './gp-object.ts';
export { REFUSALS, type RefusalCode } from './refusals.ts';
export { writeSmime } from './smime.ts';
export { writeSigned } from './write-signed.ts';

export type BrokerParts = Pick<Broker, 'cards' | 'limiter'> &
  SessionStore & {
    readonly keys: Pick<KeyRing, 'brokerSecrets'>;
    readonly clock: Clock;
    readonly datacentre: 'a' | 'b';
  };

/** The face of 2014: log-in with a card, role, assertion, log-out [IDENTITY 2.2, 2.3]. */
export function openBroker(parts: BrokerParts): readonly HttpRoute[] {
  const { clock, datacentre, keys, sessionLimits, ...rest } = parts;
  const { absoluteMinutes: lifeMinutes } = sessionLimits.broker;
  const site = datacentre === 'a' ? '01' : '02';
  const routes = routesFor({ ...rest, lifeMinutes, secrets: keys.brokerSecrets, site }, () =>
    clock.securityNow(),
  );
  return routes.map((route) => ({
    ...route,
    handle: async (request: HttpRequest) =>
      (await parts.limiter.take(`broker ${request.peer.remote}`, ADDRESS_PER_MINUTE))
        ? route.handle(request)
        : refusal(request, { code: 'overloaded' }),
  }));
}

const ADDRESS_PER_MINUTE = 60_000; // behind a load balancer everybody comes from the same one

function routesFor(broker: Broker, now: () => Date): HttpRoute[] {
  const inTurn = atOnce(LOGINS_AT_ONCE_MAX);
  return [
    post('/login/authactivate', (request) =>
      answered(request, readActivation(request.body), ({ login }) =>
        xml(200, activationReply(login, activate(broker, login, now()), placeOf(request))),
      ),
    ),
    post('/login/authvalidate', (request) =>
      inTurn(
        () => refusal(request, { code: 'overloaded' }),
        async () => {
          const read = readAnswered(request.body);
          const done = read.ok ? await validate(broker, read.value, now()) : read;
          const login = read.ok ? read.value.login : '';
          return answered(request, done, (value) =>
            xml(200, validationReply(login, value, placeOf(request))),
          );
        },
      ),
    ),
    get('/saml/RoleSelectionGP.jsp', async (request) => {
      const read = readSelection(request.query);
      const done = read.ok ? await chooseRole(broker, read.value, now()) : read;
      return answered(request, done, () => html(DONE));
    }),
    get('/saml/RoleAssertion', (request) => assertion(broker, request, now())),
    post('/login/authlogout', async (request) => {
      const read = readLoggingOut(request.body);
      const done = read.ok ? await logOut(broker, read.value, now()) : read;
      return answered(request, done, () => html(DONE));
    }),
    get('/login/error', errorPage),
  ];
}

/** In the broker's own form; null when it was not the broker that was asked. */
export function brokerFailure(request: HttpRequest, { kind }: Failure): HttpResponse | null {
  if (!/^\/(login|saml)\//.test(request.path) || kind === 'NotFound') return null;
  return refusal(request, { code: kind === 'BadRequest' ? 'bad_request' : 'overloaded' });
}

type Handle = HttpRoute['handle'];

const get = (path: string, handle: Handle): HttpRoute => ({ method: 'GET', path, handle });
const post = (path: string, handle: Handle): HttpRoute => ({ method: 'POST', path, handle });

async function assertion(broker: Broker, request: HttpRequest, at: Date): Promise<HttpResponse> {
  const read = readToken(request.query);
  const done = read.ok ? await assertRole(broker, read.value, at) : read;
  const asked: Asked = {
    at,
    issuer: placeOf(request).origin,
    recipient: request.peer.remote,
    assertionId: `s${randomUUID().replaceAll('-', '')}`,
  };
  if (!done.ok) return xml(200, deniedResponse(asked, done.error));
  const ticketText = read.ok ? read.value : '';
  return xml(200, assertionResponse({ ...done.value, ticketText }, asked));
}

function answered<Value>(
  request: HttpRequest,
  done: Result<Value, Refused>,
  answer: (value: Value) => HttpResponse,
): HttpResponse {
  return done.ok ? answer(done.value) : refusal(request, done.error);
}

const RETRY_AFTER_S = '1';

/** Trouble of the service is no refusal: the same may be tried again, here or at the other datacentre [IDENTITY 2.5]. */
function refusal(request: HttpRequest, refused: Refused): HttpResponse {
  const isOurs = REFUSALS[refused.code].concerns === 'service';
  const { status, headers, body } = xml(
    isOurs ? 503 : 403,
    refusalReply(refused, placeOf(request)),
  );
  return {
    status,
    headers: { ...headers, ...(isOurs ? { 'Retry-After': RETRY_AFTER_S } : {}) },
    body,
  };
}

/** What the user is shown when a log-in was refused. */
function errorPage({ query }: HttpRequest): HttpResponse {
  const { code } = query;
  const known = typeof code === 'string' && Object.hasOwn(REFUSALS, code);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just looked up
  const text = known ? REFUSALS[code as Refused['code']].text : 'The log-in was not completed';
  return html(`<HTML><STATUS>FAILED</STATUS><P>${text}.</P></HTML>`);
}

const LOGINS_AT_ONCE_MAX = 64; // each takes about a millisecond of processor; more would only wait for it

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
const HOST = /^([\w.-]+|\[[\da-f:]+\])(:\d{1,5})?$/i;

/** Only a test installation is spoken to without TLS, on its own machine. */
function placeOf({ headers, peer }: HttpRequest): Place {
  const host = headers['host'] ?? '';
  const isLoopback = LOOPBACK.test(host);
  const name = HOST.test(host) ? host : 'localhost';
  return { origin: `${isLoopback ? 'http' : 'https'}://${name}`, serverAddress: peer.local };
}

function xml(status: number, body: string): HttpResponse {
  return { status, headers: { 'Content-Type': 'text/xml;charset=UTF-8', ...NOT_KEPT }, body };
}

function html(body: string): HttpResponse {
  return { status: 200, headers: { 'Content-Type': 'text/html;charset=UTF-8', ...NOT_KEPT }, body };
}

const NOT_KEPT = { 'Cache-Control': 'no-store' };
