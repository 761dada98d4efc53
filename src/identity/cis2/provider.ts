import { createPrivateKey } from 'node:crypto';

import { type Configuration, errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';

import { DatabaseUnavailable } from '../../platform/database.ts';
import { securityHeaders, type View } from '../../pages/index.ts';
import type { KeyRing, SigningKey } from '../keys/index.ts';
import { endSessions } from '../sessions/index.ts';
import { accountFinder, type Parts, startedSession } from './accounts.ts';
import { databaseAdapter } from './adapter.ts';
import { ACR_VALUES } from './assurance.ts';
import { SCOPE_CLAIMS } from './claims.ts';
import { problemView, signedOutView, signOutView } from './pages.ts';
import { signInPolicy } from './policy.ts';
import { bindSession, keepParty, secretDigest, sessionOf } from './repository.ts';

export type FaceParts = Parts & {
  /** To the letter as relying parties compare it, `:443` and all. */
  readonly issuer: string;
  readonly keys: KeyRing;
  readonly cookieKey: Buffer;
  readonly draw: (view: View) => string;
  readonly onBug: (error: unknown) => void;
};

/** In seconds [IDENTITY 3.1]. The end of a session, which is a setting, comes before those of what it gave. */
const TTL = {
  AccessToken: 600,
  AuthorizationCode: 60, // [RELIABILITY 7.4]
  Grant: 43_200,
  IdToken: 600,
  Interaction: 300,
  RefreshToken: 43_200,
};

/** Below the issuer, as ForgeRock has them [IDENTITY 3.1]. */
const ROUTES = {
  authorization: '/authorize',
  token: '/access_token',
  userinfo: '/userinfo',
  jwks: '/connect/jwk_uri',
  end_session: '/connect/endSession',
  pushed_authorization_request: '/par',
};

/** Where somebody signs in or chooses a role; the address names the request, so that two windows do not mix. */
export const SIGN_IN_PATH = '/signin';
export const ROLES_PATH = '/roles';

/** The library, set up as CIS2 is, for the keys of this moment. */
export function makeProvider(parts: FaceParts): Provider {
  const provider = new Provider(parts.issuer, configurationOf(parts));
  provider.proxy = true; // what it believes of its address is what the mount says, not the caller
  Object.assign(provider.Client.prototype, CLIENT_METHODS);
  const failures = new WeakMap<object, unknown>();
  provider.on('server_error', (ctx, error) => failures.set(ctx, error));
  provider.use(async (ctx, next) => {
    try {
      await next();
      if (failures.has(ctx)) throw failures.get(ctx);
      if (isAsked(ctx)) await afterwards(parts, ctx);
    } catch (error) {
      answerFailure(parts, ctx, error);
    }
  });
  return provider;
}

/** The library adds its own part once it knows a request. */
function isAsked(ctx: object): ctx is KoaContextWithOIDC {
  return 'oidc' in ctx;
}

const CLIENT_METHODS = {
  // Every relying party may be told of a log-out one day, so each knows the session's name.
  includeSid: () => true,
  compareClientSecret(this: { readonly clientSecret?: string }, secret: string): boolean {
    return this.clientSecret === secretDigest(secret);
  },
  // Log-outs are told by a job: also when this process dies, and whatever ended the session.
  backchannelLogout: () => Promise.resolve(),
};

function configurationOf(parts: FaceParts): Configuration {
  const { database, draw, cookieKey } = parts;
  const path = new URL(parts.issuer).pathname;
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true } as const;
  return {
    adapter: databaseAdapter(database),
    jwks: { keys: parts.keys.all(parts.clock.securityNow()).map(jwkOf(parts.keys.current())) },
    routes: ROUTES,
    ttl: { ...TTL, Session: parts.sessionLimits.cis2.absoluteMinutes * 60 },
    scopes: [...Object.keys(SCOPE_CLAIMS), 'offline_access'],
    claims: Object.fromEntries(Object.entries(SCOPE_CLAIMS).map(([name, all]) => [name, [...all]])),
    conformIdTokenClaims: false, // the id token has `selected_roleid`
    acrValues: [...ACR_VALUES],
    responseTypes: ['code'],
    subjectTypes: ['public'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    enabledJWA: {
      clientAuthSigningAlgValues: ['RS256', 'RS512', 'PS256', 'ES256'],
      idTokenSigningAlgValues: ['RS256'],
      userinfoSigningAlgValues: ['RS256'],
    },
    extraClientMetadata: { properties: ['pkce_required'] },
    pkce: { required: (_ctx, client) => client['pkce_required'] === true },
    cookies: {
      keys: [cookieKey.toString('base64url')],
      names: { session: 'cis2_session', interaction: 'cis2_request', resume: 'cis2_resume' },
      long: { ...cookie, path },
      short: cookie,
    },
    interactions: {
      url: (_ctx, { uid, prompt }) =>
        `${prompt.name === 'role' ? ROLES_PATH : SIGN_IN_PATH}/${uid}`,
      policy: signInPolicy(parts),
    },
    findAccount: accountFinder(parts),
    loadExistingGrant: (ctx) => grantOf(parts, ctx),
    rotateRefreshToken: true,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => true,
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: () => false,
    // The library refuses private addresses, where relying parties of a closed network live; whoever may
    // register a relying party says which addresses are asked.
    fetch: (url, options) => fetch(url, withoutGuard(options)),
    features: featuresOf(parts),
    renderError: (ctx, { error, error_description: text = '' }) => {
      show(draw, ctx, problemView(error, text));
    },
  };
}

function featuresOf({ draw }: FaceParts): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    resourceIndicators: { enabled: false },
    jwtUserinfo: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx) => {
        const application = ctx.oidc.client?.clientName ?? null;
        const action = ctx.oidc.urlFor('end_session_confirm');
        const { secret: xsrf, back } = signOutState(ctx);
        show(draw, ctx, signOutView({ application, action, xsrf, back }));
      },
      postLogoutSuccessSource: (ctx) => {
        show(draw, ctx, signedOutView());
      },
    },
  };
}

function withoutGuard(options: RequestInit = {}): RequestInit {
  const { dispatcher: _guard, ...rest } = options;
  return rest;
}

/** The one that signs comes first: the library takes the first that fits. */
function jwkOf(current: SigningKey) {
  return ({ kid, privateKey }: SigningKey) => ({
    ...createPrivateKey(privateKey).export({ format: 'jwk' }),
    kid,
    use: 'sig',
    ...(kid === current.kid ? { alg: 'RS256' } : {}),
  });
}

function show(draw: FaceParts['draw'], ctx: KoaContextWithOIDC, view: View): void {
  ctx.set(securityHeaders({ headers: { host: ctx.host } }, view));
  ctx.type = 'html';
  ctx.body = draw(view);
}

function signOutState({ oidc }: KoaContextWithOIDC): { secret: string; back: string | null } {
  const { secret, postLogoutRedirectUri: back } = oidc.session?.state ?? {};
  return {
    secret: typeof secret === 'string' ? secret : '',
    back: typeof back === 'string' ? back : null,
  };
}

/** Consent is given with the terms of the card, so a grant is made without asking [IDENTITY 3.1]. */
async function grantOf({ database, clock }: FaceParts, ctx: KoaContextWithOIDC) {
  const { oidc } = ctx;
  const { session, client, account, provider } = oidc;
  if (session === undefined || client === undefined || account === undefined) return undefined;
  const started = startedSession(oidc.result);
  const grantId = session.grantIdFor(client.clientId);
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const old = await sessionOf(database, session.uid);
  const isNew = started !== null && old !== started;
  if (isNew) {
    await bindSession(database, session.uid, started);
    // Who signed in again goes on in the new session; the old one is dead [RELIABILITY 7.4].
    const at = clock.securityNow();
    if (old !== null) await endSessions(database, { session: old }, 'another-sign-in', at);
  }
  const { accountId } = account;
  const grant =
    known === undefined || isNew
      ? new provider.Grant({ accountId, clientId: client.clientId })
      : known;
  grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(' '));
  await grant.save();
  return grant;
}

/** Notes who got to know of the session, before they do; and ends it where the browser signed out. */
async function afterwards(
  { database, clock }: FaceParts,
  { oidc, status }: KoaContextWithOIDC,
): Promise<void> {
  const { route, session, client, params } = oidc;
  const { AuthorizationCode: code } = oidc.entities;
  if (session === undefined) return;
  if (code?.grantId !== undefined && client !== undefined && route !== 'token') {
    const id = await sessionOf(database, session.uid);
    if (id === null) throw new errors.InvalidRequest('the session has ended');
    const { clientId } = client;
    const { grantId, sid = '' } = code;
    await keepParty(database, { session: id, clientId, sid, grantId });
  }
  if (route === 'end_session_confirm' && status === 303 && params?.['logout'] !== undefined) {
    const id = await sessionOf(database, session.uid);
    if (id === null) return;
    await endSessions(database, { session: id }, 'signed-out', clock.securityNow());
  }
}

type AnyContext = Pick<KoaContextWithOIDC, 'status' | 'body' | 'set' | 'remove'>;

function answerFailure({ onBug }: FaceParts, ctx: AnyContext, error: unknown): void {
  const isAway = error instanceof DatabaseUnavailable;
  if (!isAway) onBug(error);
  ctx.remove('Location');
  ctx.status = isAway ? 503 : 500;
  if (isAway) ctx.set('Retry-After', '1');
  ctx.body = {
    error: isAway ? 'temporarily_unavailable' : 'server_error',
    error_description: isAway
      ? 'The service cannot answer just now. Try again.'
      : 'The service made a mistake. It has been logged.',
  };
}
