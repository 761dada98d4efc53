import { sourceAddress } from '../../platform/audit/source.ts';
import { createHash } from 'node:crypto';

import type { Database } from '../../platform/database.ts';
import { list, sql } from '../../platform/sql.ts';
import { auditLine } from '../record.ts';
import type { NewRelyingParty, RelyingParty } from './relying-party.ts';

/** Something that the library wants kept; its own words for it. */
export type Payload = Readonly<Record<string, unknown>>;

type Kept = {
  readonly kind: string;
  readonly id: string;
  readonly payload: Payload;
  readonly expiresInSeconds: number | undefined;
};

/**
 * Of two that keep the same, both in their own datacentre, one has kept it and the other gets false: `isOnce`; or
 * else the later one stands.
 */
export async function keepRecord(
  database: Database,
  { kind, id, payload, expiresInSeconds }: Kept,
  isOnce = false,
): Promise<boolean> {
  const { jti: _id, ...rest } = payload;
  const { grantId, uid } = payload;
  const rows = await database.write(sql`
    insert into identity.cis2_record as r (kind, digest, payload, grant_id, uid, expires_at)
    values (${kind}, ${digestOf(id)}, ${JSON.stringify(rest)}::json, ${text(grantId)}, ${text(uid)},
      now() + make_interval(secs => ${expiresInSeconds ?? null}::float8))
    on conflict (kind, digest) do update set payload = excluded.payload, grant_id = excluded.grant_id,
      uid = excluded.uid, expires_at = excluded.expires_at
      where not ${isOnce}::boolean or r.expires_at < now()
    returning digest`);
  return rows.length === 1;
}

type RecordRow = { readonly payload: Payload; readonly consumedAt: Date | null };

export async function findRecord(
  database: Database,
  kind: string,
  id: string,
): Promise<Payload | null> {
  const [row] = await database.all<RecordRow>(sql`
    select payload, consumed_at as "consumedAt" from identity.cis2_record
    where kind = ${kind} and digest = ${digestOf(id)}`);
  return row === undefined ? null : { ...withConsumed(row), jti: id };
}

/** Its id is not known here, so it cannot be kept again. */
export async function findRecordByUid(
  database: Database,
  kind: string,
  uid: string,
): Promise<Payload | null> {
  const [row] = await database.all<RecordRow>(sql`
    select payload, consumed_at as "consumedAt" from identity.cis2_record
    where uid = ${uid} and kind = ${kind} order by expires_at desc limit 1`);
  return row === undefined ? null : withConsumed(row);
}

function withConsumed({ payload, consumedAt }: RecordRow): Payload {
  return consumedAt === null ? payload : { ...payload, consumed: epoch(consumedAt) };
}

/** Uses it up; false for all but the first who does. */
export async function consumeRecord(
  database: Database,
  kind: string,
  id: string,
): Promise<boolean> {
  const rows = await database.write(sql`
    update identity.cis2_record set consumed_at = now()
    where kind = ${kind} and digest = ${digestOf(id)} and consumed_at is null returning digest`);
  return rows.length === 1;
}

export async function forgetRecord(database: Database, kind: string, id: string): Promise<void> {
  await database.write(sql`
    delete from identity.cis2_record where kind = ${kind} and digest = ${digestOf(id)}`);
}

/** What a grant gave, of one kind. */
export async function forgetGrant(
  database: Database,
  kind: string,
  grantId: string,
): Promise<void> {
  await database.write(sql`
    delete from identity.cis2_record where grant_id = ${grantId} and kind = ${kind}`);
}

/** The session that a browser's session stands for. */
export async function sessionOf(
  database: Database,
  browserSession: string,
): Promise<string | null> {
  const [row] = await database.all<{ session: string }>(sql`
    select session_id as session from identity.cis2_sign_in where browser_session = ${browserSession}`);
  return row?.session ?? null;
}

/** From now on it stands for this session, also towards those who were told the one before. */
export async function bindSession(
  database: Database,
  browserSession: string,
  session: string,
): Promise<void> {
  await database.write(sql`
    with old as (
      select i.session_id from identity.cis2_sign_in i join identity.session s on s.id = i.session_id
      where i.browser_session = ${browserSession} and i.session_id <> ${session}::uuid
        and s.ended_at is null),
    moved as (
      update identity.cis2_party p set session_id = ${session}::uuid from old
      where p.session_id = old.session_id and not exists (select from identity.cis2_party q
        where q.session_id = ${session}::uuid and q.client_id = p.client_id))
    insert into identity.cis2_sign_in (browser_session, session_id)
    values (${browserSession}, ${session}::uuid)
    on conflict (browser_session) do update set session_id = excluded.session_id`);
}

/** The same session goes on under another id. */
export async function moveBinding(database: Database, old: string, now: string): Promise<void> {
  await database.write(sql`
    with parties as (
      update identity.cis2_party set session_id = ${now}::uuid where session_id = ${old}::uuid)
    update identity.cis2_sign_in set session_id = ${now}::uuid where session_id = ${old}::uuid`);
}

/** A relying party that got to know of a session, and under which name. */
export type Party = {
  readonly session: string;
  readonly clientId: string;
  readonly sid: string;
  readonly grantId: string;
};

export async function keepParty(database: Database, party: Party): Promise<void> {
  await database.write(sql`
    insert into identity.cis2_party (session_id, client_id, sid, grant_id, due_at)
    values (${party.session}::uuid, ${party.clientId}, ${party.sid}, ${party.grantId}, now())
    on conflict (session_id, client_id) do update set sid = excluded.sid, grant_id = excluded.grant_id`);
}

export type DueParty = Party & { readonly userId: string; readonly attempts: number };

const TOLD_AT_ONCE = 100;

/** Those of sessions that have ended, whose turn it is. */
export function dueParties(database: Database, at: Date): Promise<DueParty[]> {
  return database.all<DueParty>(sql`
    select p.session_id as session, p.client_id as "clientId", p.sid, p.grant_id as "grantId", p.attempts,
      s.user_id as "userId"
    from identity.cis2_party p join identity.session s on s.id = p.session_id
    where (s.ended_at is not null or s.ends_at <= ${at}) and p.due_at <= now()
      and s.end_reason is distinct from 'role-changed'
    order by p.due_at limit ${TOLD_AT_ONCE}`);
}

/** These grants are over, and all that they gave. */
export async function forgetGrants(database: Database, grants: readonly string[]): Promise<void> {
  await database.write(sql`
    delete from identity.cis2_record where grant_id = any(${grants}::text[])
      or (kind = 'Grant' and digest = any(${grants.map(digestOf)}::text[]))`);
}

export async function forgetParty(database: Database, { session, clientId }: Party): Promise<void> {
  await database.write(sql`
    delete from identity.cis2_party where session_id = ${session}::uuid and client_id = ${clientId}`);
}

export async function tryPartyLater(
  database: Database,
  { session, clientId }: Party,
  seconds: number,
): Promise<void> {
  await database.write(sql`
    update identity.cis2_party set attempts = attempts + 1, due_at = now() + make_interval(secs => ${seconds})
    where session_id = ${session}::uuid and client_id = ${clientId}`);
}

/** Deletes what nobody can use any more. */
export async function forgetExpired(database: Database): Promise<void> {
  await database.write(sql`delete from identity.cis2_record where expires_at < now()`);
  await database.write(sql`
    delete from identity.cis2_sign_in i where not exists (
      select from identity.session s where s.id = i.session_id)`);
  await database.write(sql`
    delete from identity.cis2_party p where not exists (
      select from identity.session s where s.id = p.session_id)`);
}

type PartyRow = Omit<RelyingParty, 'secretDigest'> & { readonly secretDigest: string | null };

const PARTY = sql`client_id as "clientId", name, secret_digest as "secretDigest", metadata, status`;

export async function findRelyingParty(
  database: Database,
  clientId: string,
): Promise<RelyingParty | null> {
  const [row] = await database.all<PartyRow>(sql`
    select ${PARTY} from identity.relying_party where client_id = ${clientId}`);
  return row ?? null;
}

export function listRelyingParties(database: Database): Promise<RelyingParty[]> {
  return database.all<PartyRow>(
    sql`select ${PARTY} from identity.relying_party order by client_id`,
  );
}

/** All of them; one that is known by its id is replaced. */
export async function importRelyingParties(
  database: Database,
  parties: readonly NewRelyingParty[],
  at: Date,
): Promise<void> {
  const rows = parties.map(
    ({ clientId, name, secret, metadata, status }) =>
      sql`(${clientId}::text, ${name}::text, ${secret === null ? null : secretDigest(secret)}::text,
        ${JSON.stringify(metadata)}::json, ${status}::text, ${at}::timestamptz)`,
  );
  await database.write(sql`
    with kept as (
      insert into identity.relying_party (client_id, name, secret_digest, metadata, status, changed_at)
      values ${list(rows)}
      on conflict (client_id) do update set name = excluded.name, secret_digest = excluded.secret_digest,
        metadata = excluded.metadata, status = excluded.status, changed_at = excluded.changed_at
      returning client_id)
    insert into platform.audit (at, interaction, request_id, source_address, outcome)
    select ${at}::timestamptz, 'relying-party-import', gen_random_uuid(), ${sourceAddress()}::text, client_id from kept`);
}

/**
 * Keeps it with all its redirect URIs, those that it had and these: processes that start at the same time, each with
 * addresses of its own, lose none. One that has them all is left as it is.
 */
export async function addRedirects(
  database: Database,
  { clientId, name, secret, metadata, status }: NewRelyingParty & { readonly secret: string },
  at: Date,
): Promise<void> {
  await database.write(sql`
    with kept as (
      insert into identity.relying_party as p (client_id, name, secret_digest, metadata, status, changed_at)
      values (${clientId}, ${name}, ${secretDigest(secret)}, ${JSON.stringify(metadata)}::json, ${status}, ${at})
      on conflict (client_id) do update set secret_digest = excluded.secret_digest, changed_at = excluded.changed_at,
        metadata = jsonb_set(excluded.metadata::jsonb, '{redirect_uris}', (select jsonb_agg(distinct uri)
          from jsonb_array_elements((p.metadata::jsonb -> 'redirect_uris')
            || (excluded.metadata::jsonb -> 'redirect_uris')) as uri))
      where not (p.metadata::jsonb -> 'redirect_uris') @> (excluded.metadata::jsonb -> 'redirect_uris')
      returning client_id)
    insert into platform.audit (at, interaction, request_id, source_address, outcome)
    select ${at}::timestamptz, 'relying-party-import', gen_random_uuid(), ${sourceAddress()}::text, client_id from kept`);
}

/** It signs nobody in from now on, and its tokens are over. False when nobody knows it, or it was revoked before. */
export async function revokeRelyingParty(
  database: Database,
  clientId: string,
  at: Date,
): Promise<boolean> {
  const act = { interaction: 'relying-party-revoke', at, outcome: clientId };
  const rows = await database.write(sql`
    with changed as (
      update identity.relying_party set status = 'revoked', changed_at = ${at}
      where client_id = ${clientId} and status <> 'revoked' returning client_id),
    records as (
      delete from identity.cis2_record r using changed where r.payload->>'clientId' = changed.client_id),
    audit as (${auditLine(act)} from changed)
    select from changed`);
  return rows.length === 1;
}

/** A secret is drawn at random, so that no slow digest is needed: there is nothing to guess. */
export function secretDigest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

function digestOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function epoch(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}
