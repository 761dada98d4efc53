import { londonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database.ts';
import type { HttpRequest, HttpResponse } from '../../../platform/http.ts';
import type { VerifyAccessToken } from '../../access-token.ts';
import type { Client } from '../../clients/client.ts';
import { findClient } from '../../clients/repository.ts';
import { findUser, rolesOn } from '../../people/index.ts';
import { json, queryText, refused, withQuery } from '../../platform/answer/index.ts';
import { ERRORS, invalidRequest, type OAuthError } from '../../platform/answer/oauth-error.ts';
import { bearerOf } from '../../platform/bearer/index.ts';
import { admitted } from '../../platform/client-check.ts';
import type { ClientKeys } from '../../platform/client-keys/index.ts';
import { audienceOf, checkSignature, type Claims, textClaim } from '../../platform/jwt.ts';
import type { Limiter } from '../../rate-limit/index.ts';
import { may } from '../../rbac/index.ts';
import { keepRequest, newToken } from '../repository.ts';
import { headerFault, readRequestToken, REFUSALS, type RequestToken } from '../request-token.ts';
import { type Contents, type IsSignedInfo, readContents } from '../signature-request.ts';

/** All that the service of applications works with. */
export type SigningParts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly verify: VerifyAccessToken;
  readonly limiter: Limiter;
  readonly clientKeys: ClientKeys;
  /** Under which this installation is reached; the first is this process's own. */
  readonly publicUrls: readonly string[];
  readonly version: string;
  readonly isSignedInfo: IsSignedInfo;
};

export const SIGNING_BASE = '/signing-service';
const STATE_MAX = 2_000;
const OPEN_MS = 600_000; // no request waits longer than its JWT may be good

/** POST /signaturerequest: keeps what is to be signed; the browser is to be sent to `redirectUri` [IDENTITY 3.2]. */
export async function ask(parts: SigningParts, request: HttpRequest): Promise<HttpResponse> {
  const at = parts.clock.securityNow();
  const user = await userOf(parts, request, at);
  if (!user.ok) return user.error;
  const asked = await readAsked(parts, request, { user: user.value, at });
  if (!asked.ok) return refused(asked.error);
  const { client, contents, returnTo, state } = asked.value;
  const token = newToken();
  const query = state === '' ? { token } : { token, state };
  await keepRequest(
    parts.database,
    token,
    {
      ...contents,
      applicationId: client.applicationId,
      application: client.name,
      userId: user.value.userId,
      session: user.value.session,
      returnTo: withQuery(returnTo, query),
      expiresAt: new Date(at.getTime() + OPEN_MS),
    },
    at,
  );
  return json({ token, redirectUri: `${parts.publicUrls[0] ?? ''}/sign/${token}` });
}

/** Whose access token a request has. */
export type TokenUser = {
  readonly userId: string;
  readonly applicationId: string | null;
  readonly session: string | null;
};

export async function userOf(
  { verify }: Pick<SigningParts, 'verify'>,
  request: HttpRequest,
  at: Date,
): Promise<Result<TokenUser, HttpResponse>> {
  const bearer = await bearerOf(verify, request, at);
  if (!bearer.ok) return bearer;
  const { headers } = request;
  const fault =
    headerFault('X-Request-ID', headers['x-request-id']) ??
    headerFault('X-Correlation-ID', headers['x-correlation-id']);
  if (fault !== null) return fail(refused(fault));
  const claims = bearer.value;
  const userId = textClaim(claims, 'sub');
  if (claims['auth_type'] !== 'user' || userId === null) return fail(refused(REFUSALS.UserOnly));
  const applicationId = textClaim(claims, 'client');
  return ok({ userId, applicationId, session: textClaim(claims, 'sid') });
}

type Asked = {
  readonly client: Client;
  readonly contents: Contents;
  readonly returnTo: string;
  readonly state: string;
};

type By = { readonly user: TokenUser; readonly at: Date };

/** All checks in their order; what can be seen without asking anybody comes first. */
async function readAsked(
  parts: SigningParts,
  request: HttpRequest,
  { user, at }: By,
): Promise<Result<Asked, OAuthError>> {
  const isText = /^text\/plain(;|$)/i.test(request.headers['content-type'] ?? '');
  if (!isText) return fail(REFUSALS.ContentType);
  const state = queryText(request, 'state') ?? '';
  if (state.length > STATE_MAX) return fail(REFUSALS.StateTooLong);
  const read = readRequestToken(request.body.toString('utf8').trim(), at);
  if (!read.ok) return read;
  const client = await senderOf(parts, read.value, { user, at });
  if (!client.ok) return client;
  const { claims } = read.value.jwt;
  const contents = readContents(claims, parts.isSignedInfo);
  if (!contents.ok) return fail(invalidRequest(400, contents.error));
  const { settings, redirectUris } = client.value;
  const returnTo = settings.signingRedirectUri ?? redirectUris[0];
  if (returnTo === undefined) return fail(REFUSALS.NoReturn);
  if (!(await maySign(parts, user.userId, at))) return fail(REFUSALS.MayNotSign);
  const isWithin = await parts.limiter.take(
    `signing ${client.value.key}`,
    settings.rateLimitPerMinute,
  );
  if (!isWithin) return fail(ERRORS.TooMany);
  return ok({ client: client.value, contents: contents.value, returnTo, state });
}

/** The application that signed the JWT: the one that the access token was given to, for the same user. */
async function senderOf(
  { database, clientKeys, publicUrls }: SigningParts,
  { token, issuer, subject, jwt }: RequestToken,
  { user, at }: By,
): Promise<Result<Client, OAuthError>> {
  const known = await findClient(database, issuer);
  const client = admitted(known, REFUSALS.IssuerWrong);
  if (!client.ok) return client;
  const keys = clientKeys(client.value.publicKeys);
  if (keys === null) return fail(REFUSALS.NoPublicKey);
  const signature = await checkSignature(token, keys, ['RS512']);
  if (!signature.ok) return fail(REFUSALS[signature.error]);
  if (isTooEarly(jwt.claims, at)) return fail(REFUSALS.SignatureWrong);
  // "Public base URL" can be read as that of the service and as that of the platform; both are ours alone.
  const addresses = publicUrls.flatMap((url) => [url, `${url}${SIGNING_BASE}`]);
  const audience = audienceOf(jwt.claims).map((one) => one.replace(/\/$/, ''));
  if (!audience.some((one) => addresses.includes(one))) return fail(REFUSALS.AudienceWrong);
  if (client.value.applicationId !== user.applicationId) return fail(REFUSALS.IssuerWrong);
  return subject === user.userId ? client : fail(REFUSALS.SubjectWrong);
}

const CLOCK_ALLOWANCE_S = 10; // as for client assertions [IDENTITY 3.2, 18]

function isTooEarly(claims: Claims, at: Date): boolean {
  const latest = at.getTime() / 1000 + CLOCK_ALLOWANCE_S;
  return ['nbf', 'iat'].some((name) => {
    const value = claims[name];
    return typeof value === 'number' && value > latest;
  });
}

/** In one of the roles of today, as the directory has them; in which one shows when the order is sent. */
async function maySign({ database }: SigningParts, userId: string, at: Date): Promise<boolean> {
  const user = await findUser(database, userId);
  if (user?.status !== 'active') return false;
  return rolesOn(user, londonDate(at)).some((role) => may(role, 'eps-create').ok);
}
