import { randomUUID } from 'node:crypto';

import { present } from '../../kernel/bug.ts';
import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import { auditLine, auditLines, revocationOf } from '../record.ts';
import {
  type EndReason,
  limitsOf,
  type Session,
  type SessionKind,
  type SessionLimits,
} from './session.ts';

export type NewSession = Pick<
  Session,
  'userId' | 'provider' | 'providerSession' | 'applicationId' | 'card' | 'authentication'
> & { readonly kind: SessionKind; readonly roleProfile?: string | null };

const COLUMNS = sql`s.id, s.kind, s.user_id as "userId", s.provider, s.provider_session as "providerSession",
  s.application_id as "applicationId", s.card, s.role_profile as "roleProfile", s.authentication,
  s.started_at as "startedAt", s.last_used_at as "lastUsedAt", s.ends_at as "endsAt",
  s.idle_minutes as "idleMinutes", s.ended_at as "endedAt", s.end_reason as "endReason",
  coalesce(a.session_id <> s.id, false) as "isWaiting"`;
const FROM = sql`identity.session s left join identity.active_session a
  on a.user_id = s.user_id and a.kind = s.kind`;
/** A part of a condition: still alive at a time. */
const aliveAt = (at: Date): Sql => sql`s.ended_at is null and s.ends_at > ${at}
  and (s.idle_minutes is null or s.last_used_at > ${at}::timestamptz - make_interval(mins => s.idle_minutes))`;

/** Where sessions are kept, and how long they last. */
export type SessionStore = { readonly database: Database; readonly sessionLimits: SessionLimits };

/** A new session, under an id that nobody had before. Of a kind of one at a time it waits if there is another. */
export async function startSession(
  { database, sessionLimits }: SessionStore,
  wanted: NewSession,
  at: Date,
): Promise<Session> {
  const id = randomUUID();
  const { kind, userId, authentication, roleProfile = null } = wanted;
  const limits = sessionLimits[kind];
  const { endsAt, idleMinutes } = limitsOf(limits, authentication.assuranceLevel, at);
  const act = { interaction: 'sign-in', at, userId, roleProfile, session: id, outcome: kind };
  await database.write(sql`
    with started as (
      insert into identity.session (id, kind, user_id, provider, provider_session, application_id, card,
        role_profile, authentication, started_at, last_used_at, ends_at, idle_minutes)
      values (${id}::uuid, ${kind}, ${userId}, ${wanted.provider}, ${wanted.providerSession},
        ${wanted.applicationId}::uuid, ${wanted.card}, ${roleProfile}, ${JSON.stringify(authentication)}::json,
        ${at}, ${at}, ${endsAt}, ${idleMinutes}::int)),
    active as (
      insert into identity.active_session as a (user_id, kind, session_id)
      select ${userId}::text, ${kind}::text, ${id}::uuid where ${limits.isOneAtATime}::boolean
      on conflict (user_id, kind) do update set session_id = excluded.session_id
      where not exists (select from identity.session s where s.id = a.session_id and ${aliveAt(at)}))
    ${auditLine(act)}`);
  return present(await findSession(database, id), 'session');
}

export async function findSession(database: Database, id: string): Promise<Session | null> {
  const [row] = await database.all<Session>(
    sql`select ${COLUMNS} from ${FROM} where s.id = ${id}::uuid`,
  );
  return row ?? null;
}

export async function findByProviderSession(
  database: Database,
  provider: string,
  providerSession: string,
): Promise<Session[]> {
  return database.all<Session>(sql`
    select ${COLUMNS} from ${FROM}
    where s.provider_session = ${providerSession} and s.provider = ${provider} order by s.started_at`);
}

const LIST_MAX = 1_000;

/** Those that live, the newest first; of one user or of all. */
export async function liveSessions(
  database: Database,
  userId: string | null,
  at: Date,
): Promise<Session[]> {
  return database.all<Session>(sql`
    select ${COLUMNS} from ${FROM}
    where ${aliveAt(at)} and (${userId}::text is null or s.user_id = ${userId}::text)
    order by s.started_at desc, s.id limit ${LIST_MAX}`);
}

/** Notes that it is used; once a minute is enough, for the limits count minutes. */
export async function touchSession(
  database: Database,
  session: Session,
  at: Date,
): Promise<Session> {
  if (at.getTime() - session.lastUsedAt.getTime() < 60_000) return session;
  await database.write(sql`
    update identity.session set last_used_at = ${at}
    where id = ${session.id}::uuid and last_used_at < ${at} and ended_at is null`);
  return { ...session, lastUsedAt: at };
}

/**
 * The session goes on under a new id, in another role; the old id is dead, so that an id that somebody learnt
 * before does not come into the new role [RELIABILITY 7.4]. Null when it has ended meanwhile.
 */
export async function moveSession(
  database: Database,
  old: Session,
  roleProfile: string,
  at: Date,
): Promise<Session | null> {
  const id = randomUUID();
  const act = { interaction: 'role-change', at, userId: old.userId, roleProfile, session: id };
  const rows = await database.write(sql`
    with ended as (
      update identity.session s set ended_at = ${at}, end_reason = 'role-changed'
      where s.id = ${old.id}::uuid and ${aliveAt(at)} returning s.*),
    moved as (
      insert into identity.session (id, kind, user_id, provider, provider_session, application_id, card,
        role_profile, authentication, started_at, last_used_at, ends_at, idle_minutes)
      select ${id}::uuid, kind, user_id, provider, provider_session, application_id, card, ${roleProfile}::text,
        authentication, started_at, ${at}::timestamptz, ends_at, idle_minutes from ended),
    active as (
      update identity.active_session set session_id = ${id}::uuid
      where session_id = ${old.id}::uuid and user_id = ${old.userId} and exists (select from ended)),
    revoked as (${revocationOf('session', sql`select id::text from ended`, at)}),
    audit as (${auditLine({ ...act, outcome: `from ${old.id}` })} from ended)
    select from ended`);
  return rows.length === 0 ? null : findSession(database, id);
}

/** The user works here from now on; the other one ends. Null when this one has ended. */
export async function chooseSession(
  database: Database,
  { id, userId, kind }: Session,
  at: Date,
): Promise<Session | null> {
  await database.write(sql`
    with here as (
      select s.user_id, s.kind, s.id from identity.session s where s.id = ${id}::uuid and ${aliveAt(at)}),
    active as (
      update identity.active_session a set session_id = here.id from here
      where a.user_id = here.user_id and a.kind = here.kind returning a.session_id),
    ${endParts(
      sql`s.user_id = ${userId} and s.kind = ${kind} and s.id <> ${id}::uuid
      and exists (select from here)`,
      'another-sign-in',
      at,
    )}
    select from ended`);
  const session = await findSession(database, id);
  return session === null || session.endedAt !== null ? null : session;
}

/** Which sessions are meant to end. */
export type SessionsOf =
  | { readonly session: string }
  | { readonly user: string }
  /** A `select` of their ids. */
  | { readonly users: Sql }
  | { readonly card: string }
  | { readonly roleProfile: string }
  /** Every role in it. */
  | { readonly organisation: string };

/** Ends those that live and answers their ids; what was issued to them is refused everywhere within seconds. */
export async function endSessions(
  database: Database,
  which: SessionsOf,
  reason: EndReason,
  at: Date,
): Promise<string[]> {
  const rows = await database.write<{ session: string }>(sql`
    with ${endingSessions(which, reason, at)} select session from ended`);
  return rows.map(({ session }) => session);
}

/**
 * The same as parts of a statement that does more, such as ending a role or revoking a card: `with …, PARTS select`.
 * With `onlyIf` they do so only if it is true. They are called `ended`, `ended_revoked`, `ended_audit` and `also_revoked`.
 */
export function endingSessions(
  which: SessionsOf,
  reason: EndReason,
  at: Date,
  onlyIf: Sql = sql`true`,
): Sql {
  const condition = sql`${conditionOf(which)} and ${onlyIf}`;
  return sql`${endParts(condition, reason, at)}${alsoRevoked(which, at, onlyIf)}`;
}

/** A token names all roles of its user, and a user may have tokens without a session here. */
function alsoRevoked(which: SessionsOf, at: Date, onlyIf: Sql): Sql {
  if ('session' in which || 'card' in which) return sql``;
  if ('users' in which) return sql`, also_revoked as (${revocationOf('user', which.users, at)})`;
  if ('organisation' in which) {
    const roles = sql`select role_profile_id from identity.role_profile
      where ods = ${which.organisation} and ${onlyIf}`;
    return sql`, also_revoked as (${revocationOf('role', roles, at)})`;
  }
  const [kind, value] =
    'user' in which ? (['user', which.user] as const) : (['role', which.roleProfile] as const);
  const values = sql`select ${value}::text where ${onlyIf}`;
  return sql`, also_revoked as (${revocationOf(kind, values, at)})`;
}

function conditionOf(which: SessionsOf): Sql {
  if ('session' in which) return sql`s.id::text = ${which.session}`;
  if ('user' in which) return sql`s.user_id = ${which.user}`;
  if ('users' in which) return sql`s.user_id in (${which.users})`;
  if ('card' in which) {
    // A broker knows a card by the certificate that signed in.
    return sql`(s.card = ${which.card} or s.card in
      (select serial from identity.certificate where card_number = ${which.card}))`;
  }
  if ('organisation' in which) {
    return sql`s.role_profile in
      (select role_profile_id from identity.role_profile where ods = ${which.organisation})`;
  }
  return sql`s.role_profile = ${which.roleProfile}`;
}

function endParts(condition: Sql, reason: EndReason, at: Date): Sql {
  const act = { interaction: 'session-end', at, outcome: reason };
  return sql`ended as (
      update identity.session s set ended_at = ${at}, end_reason = ${reason}
      where ${condition} and s.ended_at is null returning s.id as session, s.user_id),
    ended_revoked as (${revocationOf('session', sql`select session::text from ended`, at)}),
    ended_audit as (${auditLines(act, sql`ended`)})`;
}

/** Times in seconds since 1970. */
export type Revoked = {
  readonly kind: string;
  readonly value: string;
  readonly issuedBefore: number;
  readonly from: number;
  readonly until: number;
};

/** What was revoked lately: all of it, or what was recorded in the last seconds. */
export function readRevocations(
  database: Database,
  lastSeconds: number | null,
): Promise<Revoked[]> {
  return database.all<Revoked>(sql`
    select kind, value, extract(epoch from issued_before)::float8 as "issuedBefore",
      extract(epoch from from_at)::float8 as "from", extract(epoch from until)::float8 as until
    from identity.revocation
    where recorded_at > case when ${lastSeconds}::int is null then '-infinity'::timestamptz
      else now() - make_interval(secs => ${lastSeconds}::int) end`);
}

/** Notes the ends that time brought, and forgets what nobody can ask for any more. */
export async function tidySessions(database: Database, at: Date): Promise<void> {
  for (const [reason, isSo] of [
    ['over', sql`s.ends_at <= ${at}`],
    ['idle', sql`s.last_used_at <= ${at}::timestamptz - make_interval(mins => s.idle_minutes)`],
  ] as const) {
    await database.write(sql`with ${endParts(isSo, reason, at)} select from ended`);
  }
  await database.write(sql`
    delete from identity.session where ended_at < ${at}::timestamptz - interval '30 days'`);
  await database.write(sql`delete from identity.revocation where until < ${at}`);
  await database.write(sql`delete from identity.client_assertion where expires_at < ${at}`);
}

/** Sessions that live, by their kind. */
export function sessionCounts(
  database: Database,
  at: Date,
): Promise<{ readonly kind: string; readonly count: number }[]> {
  return database.all<{ kind: string; count: number }>(sql`
    select kind, count(*)::int as count from identity.session
    where ends_at > ${at} and ended_at is null group by kind order by kind`);
}
