import { createHash, randomBytes } from 'node:crypto';

import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import { auditLine } from '../record.ts';
import type { SignatureRequest, SigningOutcome } from './signature-request.ts';

const TOKEN_BYTES = 32;

/** By which the application and the browser know a request; only its digest is kept. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

type NewRequest = Omit<SignatureRequest, 'outcome'>;

export async function keepRequest(
  database: Database,
  token: string,
  request: NewRequest,
  at: Date,
): Promise<void> {
  const { applicationId, application, userId, session, algorithm, payloads } = request;
  const outcome = `${payloads.length} for application ${applicationId}`;
  await database.write(sql`
    with kept as (
      insert into identity.signature_request (token_digest, application_id, application, user_id, session,
        algorithm, payloads, return_to, expires_at)
      values (${digestOf(token)}, ${applicationId}::uuid, ${application}, ${userId}, ${session}, ${algorithm},
        ${JSON.stringify(payloads)}::json, ${request.returnTo}, ${request.expiresAt}))
    ${auditLine({ interaction: 'signature-request', at, userId, session, outcome })}`);
}

type Row = NewRequest & {
  readonly outcome: 'signed' | 'refused' | null;
  readonly signatures: Extract<SigningOutcome, { kind: 'Signed' }>['signatures'] | null;
  readonly certificate: Buffer | null;
};

/** Also one that is over; null when nobody has asked under this token, or long ago. */
export async function findRequest(
  database: Database,
  token: string,
): Promise<SignatureRequest | null> {
  const [row] = await database.all<Row>(sql`
    select application_id as "applicationId", application, user_id as "userId", session, algorithm, payloads,
      return_to as "returnTo", expires_at as "expiresAt", outcome, signatures, certificate
    from identity.signature_request where token_digest = ${digestOf(token)}`);
  if (row === undefined) return null;
  const { outcome, signatures, certificate, ...request } = row;
  if (signatures !== null && certificate !== null) {
    return { ...request, outcome: { kind: 'Signed', signatures, certificate } };
  }
  return { ...request, outcome: outcome === 'refused' ? { kind: 'Refused' } : null };
}

/**
 * Ends a request that still waits; false when it does not: of two who sign at once, at whichever datacentre, one has
 * signed. What became of it can be fetched until `expiresAt`.
 */
export async function endRequest(
  database: Database,
  token: string,
  { outcome, request, expiresAt }: Ended,
  at: Date,
): Promise<boolean> {
  const { userId, session, payloads } = request;
  const isSigned = outcome.kind === 'Signed';
  const said = `${outcome.kind}: ${payloads.map(({ id }) => id).join(' ')}`;
  const rows = await database.write(sql`
    with ended as (
      update identity.signature_request
      set outcome = ${isSigned ? 'signed' : 'refused'}, expires_at = ${expiresAt},
        signatures = ${isSigned ? JSON.stringify(outcome.signatures) : null}::json,
        certificate = ${isSigned ? outcome.certificate : null}::bytea
      where token_digest = ${digestOf(token)} and outcome is null and expires_at > ${at}
      returning token_digest),
    audit as (${signingAudit({ userId, session, said }, at)} from ended)
    select from ended`);
  return rows.length === 1;
}

export type Ended = {
  readonly outcome: SigningOutcome;
  readonly request: SignatureRequest;
  readonly expiresAt: Date;
};

type Said = {
  readonly userId: string;
  readonly session: string | null;
  readonly said: string;
};

function signingAudit({ userId, session, said }: Said, at: Date): Sql {
  return auditLine({ interaction: 'signature', at, userId, session, outcome: said });
}

const TOLD_AFTER_MS = 3_600_000; // that it is over, to whoever still asks

/** Forgets requests that are over. */
export async function tidyRequests(database: Database, at: Date): Promise<void> {
  const before = new Date(at.getTime() - TOLD_AFTER_MS);
  await database.write(sql`delete from identity.signature_request where expires_at < ${before}`);
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
