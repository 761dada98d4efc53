import { createHash } from 'node:crypto';

import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { auditLine, revocationOf } from '../record.ts';

export type AuthorizationRequest = {
  readonly state: string;
  readonly base: string;
  readonly provider: 'nhs-cis2' | 'nhs-login';
  readonly applicationKey: string;
  readonly redirectUri: string;
  readonly clientState: string;
  readonly callback: string;
  readonly nonce: string;
  readonly codeChallenge: string | null;
  readonly expiresAt: Date;
};

export async function keepRequest(
  database: Database,
  request: AuthorizationRequest,
): Promise<void> {
  await database.write(sql`
    insert into identity.authorization_request (state, base, provider, application_key, redirect_uri, client_state,
      callback, nonce, code_challenge, expires_at)
    values (${request.state}, ${request.base}, ${request.provider}, ${request.applicationKey},
      ${request.redirectUri}, ${request.clientState}, ${request.callback}, ${request.nonce},
      ${request.codeChallenge}, ${request.expiresAt})`);
}

/** The request of a state, which is used up by this; null when there is none, or it is too old. */
export async function takeRequest(
  database: Database,
  state: string,
  base: string,
  at: Date,
): Promise<AuthorizationRequest | null> {
  const [row] = await database.write<AuthorizationRequest>(sql`
    delete from identity.authorization_request where state = ${state} and base = ${base} and expires_at > ${at}
    returning state, base, provider, application_key as "applicationKey", redirect_uri as "redirectUri",
      client_state as "clientState", callback, nonce, code_challenge as "codeChallenge",
      expires_at as "expiresAt"`);
  return row ?? null;
}

export type AuthorizationCode = {
  readonly applicationKey: string;
  readonly redirectUri: string;
  readonly sessionId: string;
  readonly authProvider: string;
  readonly codeChallenge: string | null;
  readonly expiresAt: Date;
};

/** Keeps a code, and what the provider said of its user. */
export async function keepCode(
  database: Database,
  code: string,
  kept: AuthorizationCode & { readonly userinfo: object; readonly userinfoUntil: Date },
): Promise<void> {
  await database.write(sql`
    with userinfo as (
      insert into identity.userinfo (session_id, userinfo, expires_at)
      values (${kept.sessionId}::uuid, ${JSON.stringify(kept.userinfo)}::json, ${kept.userinfoUntil}))
    insert into identity.authorization_code (digest, application_key, redirect_uri, session_id, auth_provider,
      code_challenge, expires_at)
    values (${digestOf(code)}, ${kept.applicationKey}, ${kept.redirectUri}, ${kept.sessionId}::uuid,
      ${kept.authProvider}, ${kept.codeChallenge}, ${kept.expiresAt})`);
}

export async function findCode(
  database: Database,
  code: string,
): Promise<(AuthorizationCode & { readonly usedAt: Date | null }) | null> {
  const [row] = await database.all<AuthorizationCode & { usedAt: Date | null }>(sql`
    select application_key as "applicationKey", redirect_uri as "redirectUri", session_id as "sessionId",
      auth_provider as "authProvider", code_challenge as "codeChallenge", expires_at as "expiresAt",
      used_at as "usedAt"
    from identity.authorization_code where digest = ${digestOf(code)}`);
  return row ?? null;
}

export type RefreshToken = {
  readonly applicationKey: string;
  readonly sessionId: string;
  readonly authProvider: string;
  readonly grantType: string;
  readonly count: number;
  readonly firstIssuedAt: Date;
  readonly expiresAt: Date;
};

export async function findRefreshToken(
  database: Database,
  token: string,
): Promise<(RefreshToken & { readonly usedAt: Date | null }) | null> {
  const [row] = await database.all<RefreshToken & { usedAt: Date | null }>(sql`
    select application_key as "applicationKey", session_id as "sessionId", auth_provider as "authProvider",
      grant_type as "grantType", refresh_count as count, first_issued_at as "firstIssuedAt",
      expires_at as "expiresAt", used_at as "usedAt"
    from identity.refresh_token where digest = ${digestOf(token)}`);
  return row ?? null;
}

/** What a new refresh token comes of, which is used up by it. */
export type Spent = { readonly code: string } | { readonly refreshToken: string } | null;

/** Keeps a refresh token if what it comes of was not used before; of twenty at once, one gets it. */
export async function keepRefreshToken(
  database: Database,
  spent: Spent,
  token: string,
  kept: RefreshToken,
  audit: { readonly userId: string; readonly asid: string | null; readonly at: Date },
): Promise<boolean> {
  const { at } = audit;
  const act = {
    ...audit,
    interaction: 'token',
    session: kept.sessionId,
    outcome: kept.count === 0 ? kept.grantType : 'refresh_token',
  };
  const use =
    spent === null
      ? sql`select 1 as one`
      : 'code' in spent
        ? sql`update identity.authorization_code set used_at = ${at}
            where digest = ${digestOf(spent.code)} and used_at is null returning 1 as one`
        : sql`update identity.refresh_token set used_at = ${at}
            where digest = ${digestOf(spent.refreshToken)} and used_at is null returning 1 as one`;
  const rows = await database.write(sql`
    with spent as (${use}),
    kept as (
      insert into identity.refresh_token (digest, application_key, session_id, auth_provider, grant_type,
        refresh_count, first_issued_at, expires_at)
      select ${digestOf(token)}::bytea, ${kept.applicationKey}::text, ${kept.sessionId}::uuid,
        ${kept.authProvider}::text, ${kept.grantType}::text, ${kept.count}::int,
        ${kept.firstIssuedAt}::timestamptz, ${kept.expiresAt}::timestamptz from spent),
    audit as (${auditLine(act)} from spent)
    select from spent`);
  return rows.length === 1;
}

/** An application got a token for itself. */
export async function auditApplicationToken(
  database: Database,
  act: {
    readonly at: Date;
    readonly asid: string | null;
    readonly organisation: string | null;
    readonly session: string;
  },
): Promise<void> {
  await database.write(auditLine({ ...act, interaction: 'token', outcome: 'client_credentials' }));
}

/** The token is refused from now on; its session goes on. */
export async function revokeAccessToken(
  database: Database,
  { jti, asid, at }: { readonly jti: string; readonly asid: string | null; readonly at: Date },
): Promise<void> {
  const act = { interaction: 'token-revoke', at, asid, outcome: 'revoked' };
  await database.write(sql`
    with revoked as (${revocationOf('token', sql`select ${jti}::text`, at)})
    ${auditLine(act)}`);
}

export async function findUserinfo(database: Database, sessionId: string): Promise<object | null> {
  const [row] = await database.all<{ userinfo: object }>(sql`
    select userinfo from identity.userinfo where session_id = ${sessionId}::uuid`);
  return row?.userinfo ?? null;
}

/** Forgets what is over. A code and a refresh token are remembered a while, to know a second use. */
export async function tidyOauth(database: Database, at: Date): Promise<void> {
  await database.write(sql`delete from identity.authorization_request where expires_at < ${at}`);
  await database.write(
    sql`delete from identity.authorization_code where expires_at < ${at}::timestamptz - interval '1 day'`,
  );
  await database.write(
    sql`delete from identity.refresh_token where expires_at < ${at}::timestamptz - interval '1 day'`,
  );
  await database.write(sql`delete from identity.userinfo where expires_at < ${at}`);
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
