import { randomBytes, randomUUID } from 'node:crypto';

import { fail, ok, type Result } from '../../../kernel/result.ts';
import { addDays, londonDate, startOf } from '../../../kernel/london.ts';
import { type AccessTokenClaims, signAccessToken, type TokenRole } from '../../access-token.ts';
import { type Authentication, type Client, keptScopes } from '../../clients/client.ts';
import { findUser, lastDayOf, rolesOn, type User } from '../../people/index.ts';
import type { Session } from '../../sessions/index.ts';
import { ERRORS, type OAuthError } from '../answer/oauth-error.ts';
import { type Lifetimes, lifetimesOf, refreshEnd, secondsLeft } from '../lifetimes.ts';
import type { Face } from '../parts/index.ts';
import { auditApplicationToken, keepRefreshToken, type Spent } from '../repository.ts';

type Field = (name: string) => string | null;

/** What a user's tokens are made of. */
export type Grant = {
  readonly client: Client;
  readonly session: Session;
  readonly authProvider: string;
  readonly grantType: string;
  /** How often it was refreshed, and when the chain began. */
  readonly count: number;
  readonly firstIssuedAt: Date;
  /** What is used up by it. */
  readonly spent: Spent;
};

/** In the platform's words: all numbers are texts [IDENTITY 3.2]. */
export type TokenAnswer = Readonly<Record<string, string>>;

/** Tokens for a user; fails with `spent` null when somebody used the code or the refresh token before. */
export async function issueForUser(
  face: Face,
  grant: Grant,
  field: Field,
): Promise<Result<TokenAnswer, OAuthError | 'UsedBefore'>> {
  const at = face.clock.securityNow();
  const { client, session, authProvider } = grant;
  const authentication = authenticationOf(grant);
  const scopes = narrowed(keptScopes(client, authentication), field);
  if (scopes.length === 0) return fail(ERRORS.NoScope);
  const user = await findUser(face.database, session.userId);
  if (user?.status === 'inactive') return fail(ERRORS.NoScope);
  const provider = authentication.by === 'nhs-login' ? 'nhsLogin' : 'cis2';
  const lifetimes = lifetimesOf(provider, field);
  const refreshToken = randomBytes(24).toString('base64url');
  const expiresAt = refreshEnd(lifetimes, grant.firstIssuedAt, at);
  const kept = await keepRefreshToken(
    face.database,
    grant.spent,
    refreshToken,
    {
      applicationKey: client.key,
      sessionId: session.id,
      authProvider,
      grantType: grant.grantType,
      count: grant.count,
      firstIssuedAt: grant.firstIssuedAt,
      expiresAt,
    },
    { userId: session.userId, asid: client.asid, at },
  );
  if (!kept) return fail('UsedBefore');
  const claims = userClaims(grant, scopes, user === null ? [] : tokenRoles(user, at));
  return ok({
    ...accessToken(face, claims, lifetimes, session.endsAt),
    refresh_token: refreshToken,
    refresh_token_expires_in: String(secondsLeft(expiresAt.getTime() - at.getTime())),
    refresh_count: String(grant.count),
  });
}

/** A token for an application itself. */
export async function issueForApplication(
  face: Face,
  client: Client,
  field: Field,
): Promise<Result<TokenAnswer, OAuthError>> {
  const at = face.clock.securityNow();
  const scopes = narrowed(keptScopes(client, { by: 'application' }), field);
  if (scopes.length === 0) return fail(ERRORS.NoScope);
  const session = randomUUID();
  const { asid, organisation } = client;
  const claims: AccessTokenClaims = {
    ...commonClaims(client, scopes),
    auth_type: 'app',
    sub: client.applicationId,
    sid: session,
    roles: [],
    organisation,
    authentication: null,
  };
  await auditApplicationToken(face.database, { at, asid, organisation, session });
  return ok({
    ...accessToken(face, claims, lifetimesOf('cis2', field), null),
    issued_at: String(at.getTime()),
  });
}

/** Scopes cannot be asked for; `_scope` is for tests, and takes some away. */
function narrowed(scopes: readonly string[], field: Field): string[] {
  const wanted = field('_scope')?.split(' ');
  return scopes.filter((scope) => wanted === undefined || wanted.includes(scope));
}

function accessToken(
  face: Face,
  claims: AccessTokenClaims,
  { accessTokenMs }: Lifetimes,
  sessionEnd: Date | null,
): TokenAnswer {
  const at = face.clock.securityNow();
  const untilEnd = sessionEnd === null ? accessTokenMs : sessionEnd.getTime() - at.getTime();
  const seconds = secondsLeft(Math.min(accessTokenMs, untilEnd));
  return {
    access_token: signAccessToken(face.keys.current(), claims, at, seconds),
    expires_in: String(seconds),
    token_type: 'Bearer',
  };
}

function authenticationOf({ session, authProvider }: Grant): Authentication {
  const { assuranceLevel, proofingLevel } = session.authentication;
  return authProvider.endsWith('nhs-login')
    ? { by: 'nhs-login', proofingLevel: proofingLevel ?? '' }
    : { by: 'nhs-cis2', assuranceLevel: assuranceLevel ?? '' };
}

function userClaims(
  grant: Grant,
  scopes: readonly string[],
  roles: readonly TokenRole[],
): AccessTokenClaims {
  const { session, authProvider, grantType, client } = grant;
  const { authentication: facts } = session;
  return {
    ...commonClaims(client, scopes),
    auth_type: 'user',
    sub: session.userId,
    sid: session.id,
    roles,
    organisation: null,
    authentication: {
      auth_grant_type: grantType,
      auth_provider: authProvider,
      auth_level: authLevel(authenticationOf(grant)),
      issuer: session.provider,
      acr: facts.acr,
      amr: facts.amr,
      vot: facts.vectorOfTrust,
      nhs_number: facts.nhsNumber,
      act: facts.delegate,
    },
  };
}

function commonClaims(
  client: Client,
  scopes: readonly string[],
): Pick<AccessTokenClaims, 'scope' | 'asid' | 'client' | 'sha1'> {
  return {
    scope: scopes.join(' '),
    asid: client.asid,
    client: client.applicationId,
    sha1: client.settings.prepareAlgorithm === 'RS1',
  };
}

/** `aal1` to `aal3`, `p0`, `p5`, `p9`, or `unknown` [IDENTITY 3.2]. */
function authLevel(authentication: Authentication): string {
  if (authentication.by === 'application') return 'level3';
  const level =
    authentication.by === 'nhs-cis2'
      ? `aal${authentication.assuranceLevel}`
      : authentication.proofingLevel.slice(0, 2).toLowerCase();
  return /^(aal[123]|p[059])$/.test(level) ? level : 'unknown';
}

/** The roles that a user has now, each with its end, which a token must not outlive. */
function tokenRoles(user: User, at: Date): TokenRole[] {
  return rolesOn(user, londonDate(at)).map((role) => {
    const { roleProfileId, ods, jobRole: job, activities } = role;
    const lastDay = lastDayOf(user, role);
    return {
      id: roleProfileId,
      organisation: ods,
      job,
      activities,
      ...(lastDay === null ? {} : { until: startOf(addDays(lastDay, 1)).getTime() / 1000 }),
    };
  });
}
