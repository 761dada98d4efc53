import type { Failure, HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import type { Job } from '../../platform/jobs.ts';
import { broken, refused, wrongMethod } from './answer/index.ts';
import { ERRORS } from './answer/oauth-error.ts';
import { authorize } from './authorize/handle.ts';
import { callback } from './callback/handle.ts';
import { logout } from './logout/handle.ts';
import type { Face, PlatformBase, PlatformParts } from './parts/index.ts';
import { tidyOauth } from './repository.ts';
import { revoke } from './revoke/handle.ts';
import { ping, status } from './status/handle.ts';
import { token } from './token/handle.ts';
import { isAddressWithinRate } from './token/rate/index.ts';
import { userinfo } from './userinfo/handle.ts';

export type { PlatformParts, Providers } from './parts/index.ts';
export { openClientKeys } from './client-keys/index.ts';
export { facesOf, type ProviderPair } from './faces/index.ts';
export { ownCis2 } from './own-cis2/index.ts';
export { type ProviderSettings } from './provider/index.ts';

type Method = HttpRoute['method'];
type Handle = (face: Face, request: HttpRequest) => Promise<HttpResponse> | HttpResponse;

const BASES: readonly PlatformBase[] = ['/oauth2', '/oauth2-mock'];
const FAILURES_OF = [...BASES, '/signing-service']; // which answers in the same form
const METHODS: readonly Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH'];

const PATHS: readonly {
  readonly path: string;
  readonly methods: readonly Method[];
  readonly handle: Handle;
  /** Counts what an address asks for. */
  readonly isLimited: boolean;
}[] = [
  { path: '/authorize', methods: ['GET'], handle: authorize, isLimited: true },
  { path: '/callback', methods: ['GET'], handle: callback, isLimited: true },
  { path: '/token', methods: ['POST'], handle: token, isLimited: true },
  { path: '/userinfo', methods: ['GET'], handle: userinfo, isLimited: true },
  { path: '/revoke', methods: ['POST'], handle: revoke, isLimited: true },
  { path: '/backchannel_logout', methods: ['POST'], handle: logout, isLimited: false },
  { path: '/_ping', methods: ['GET', 'HEAD'], handle: ping, isLimited: false },
  { path: '/_status', methods: ['GET', 'HEAD'], handle: status, isLimited: true },
];

/** The API platform's OAuth, at its address and at the twin in front of the mock providers [IDENTITY 3.2]. */
export function platformRoutes(parts: PlatformParts): HttpRoute[] {
  return BASES.flatMap((base) => [
    ...PATHS.flatMap(({ path, methods, handle, isLimited }) =>
      METHODS.map((method): HttpRoute => {
        const face = { ...parts, base };
        const isAllowed = methods.includes(method);
        return {
          method,
          path: `${base}${path}`,
          handle: async (request) => {
            if (!isAllowed) return wrongMethod(methods.join(', '));
            if (isLimited && !(await isAddressWithinRate(face, request.peer.remote))) {
              return refused(ERRORS.TooMany);
            }
            return handle(face, request);
          },
        };
      }),
    ),
    { method: 'OPTIONS', path: `${base}/*`, handle: preflight } satisfies HttpRoute,
  ]);
}

const CORS_MAX_AGE_S = 600; // [IDENTITY 3.2]

function preflight({ headers }: HttpRequest): HttpResponse {
  const { origin } = headers;
  const isAsked = origin !== undefined && headers['access-control-request-method'] !== undefined;
  if (!isAsked) return refused(ERRORS.NotFound);
  return {
    status: 200,
    headers: {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Headers':
        'origin, x-requested-with, accept, content-type, authorization',
      'Access-Control-Max-Age': String(CORS_MAX_AGE_S),
      'Access-Control-Allow-Methods': 'GET, PUT, POST, DELETE',
      Vary: 'Origin',
    },
    body: '',
  };
}

/** Null when the request was for no address of the platform. */
export function platformFailure(
  { path }: HttpRequest,
  failure: Failure,
  /** Tells the id that the answer gives. */
  log: (messageId: string) => void,
): HttpResponse | null {
  if (!FAILURES_OF.some((base) => path === base || path.startsWith(`${base}/`))) return null;
  switch (failure.kind) {
    case 'NotFound':
      return refused(ERRORS.NotFound);
    case 'BadRequest':
      return broken(400, () => undefined);
    case 'Unavailable':
      return broken(503, () => undefined);
    case 'Bug':
      return broken(500, log);
  }
}

const TIDY_EVERY_MS = 300_000;

/** Forgets codes, states and refresh tokens that are over. */
export function platformJob({ database, clock }: Pick<PlatformParts, 'database' | 'clock'>): Job {
  return {
    name: 'oauth',
    everyMs: TIDY_EVERY_MS,
    hasWork: async () => true,
    run: () => tidyOauth(database, clock.securityNow()),
  };
}
