import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import { auditLine, type IdentityAct, revocationOf } from '../record.ts';
import type { EndReason } from '../sessions/index.ts';
import type { Ticket } from './ticket.ts';

/** What is kept of a session: a ticket says the rest by itself. */
export type Kept = {
  readonly endReason: EndReason | null;
  readonly roleProfile: string | null;
  readonly ssbMode: number;
};

/** Where sessions are kept, and how long they last. */
type Store = { readonly database: Database; readonly lifeMinutes: number };

const PROVIDER = 'spine-security-broker';
/** A card with its passcode [IDENTITY 3.1]. */
const AUTHENTICATION = JSON.stringify({
  acr: 'AAL3_N3_SMARTCARD',
  amr: ['N3_SMARTCARD'],
  assuranceLevel: '3',
  idAssuranceLevel: null,
  proofingLevel: null,
  vectorOfTrust: null,
  nhsNumber: null,
  delegate: null,
});

type Facts = {
  readonly at: Date;
  readonly role?: string | null;
  readonly ssbMode?: number;
  readonly end?: EndReason | null;
};

/** A row of a session as its ticket says it: another datacentre may not have heard of it when it is asked. */
function rowOf({ lifeMinutes }: Store, ticket: Ticket, facts: Facts): Sql {
  const { session, userId, card, loggedInAt } = ticket;
  const { at, role = null, ssbMode = 0, end = null } = facts;
  const endsAt = new Date(loggedInAt.getTime() + lifeMinutes * 60_000);
  return sql`insert into identity.session as s (id, kind, user_id, provider, card, role_profile, ssb_mode,
      authentication, started_at, last_used_at, ends_at, idle_minutes, ended_at, end_reason)
    values (${session}::uuid, 'broker', ${userId}, ${PROVIDER}, ${card}, ${role}, ${ssbMode}::int,
      ${AUTHENTICATION}::json, ${loggedInAt}, ${at}, ${endsAt}, ${lifeMinutes}::int,
      ${end === null ? null : at}::timestamptz, ${end})`;
}

/** Begins the session; false when the same challenge has begun it before. */
export async function keepLogin(
  store: Store,
  ticket: Ticket,
  roleProfile: string | null,
): Promise<boolean> {
  const { session, userId, loggedInAt: at } = ticket;
  const act = { interaction: 'sign-in', at, userId, roleProfile, session, outcome: 'broker' };
  const rows = await store.database.write(sql`
    with started as (
      ${rowOf(store, ticket, { at, role: roleProfile })} on conflict (id) do nothing returning id),
    audit as (${auditLine(act)} from started)
    select id from started`);
  return rows.length > 0;
}

export async function keepRefusal(database: Database, act: IdentityAct): Promise<void> {
  await database.write(auditLine(act));
}

export async function findKept(database: Database, { session }: Ticket): Promise<Kept | null> {
  const [row] = await database.all<Kept>(sql`
    select end_reason as "endReason", role_profile as "roleProfile", ssb_mode as "ssbMode"
    from identity.session where id = ${session}::uuid`);
  return row ?? null;
}

/** The first choice of a role counts, and the same one again; false when it was another one, or the session has ended. */
export async function keepRole(
  store: Store,
  ticket: Ticket,
  choice: { readonly roleProfile: string; readonly ssbMode: number; readonly at: Date },
): Promise<boolean> {
  const { roleProfile, ssbMode, at } = choice;
  const { session, userId } = ticket;
  const act = { interaction: 'role-choice', at, userId, roleProfile, session, outcome: 'broker' };
  const rows = await store.database.write(sql`
    with chosen as (
      ${rowOf(store, ticket, { at, role: roleProfile, ssbMode })}
      on conflict (id) do update set role_profile = excluded.role_profile, ssb_mode = excluded.ssb_mode
      where s.ended_at is null and (s.role_profile is null or s.role_profile = excluded.role_profile)
      returning id),
    audit as (${auditLine(act)} from chosen)
    select id from chosen`);
  return rows.length > 0;
}

/** Ends the session, here and for what was issued to it; nothing when it has ended before. */
export async function keepLogout(store: Store, ticket: Ticket, at: Date): Promise<void> {
  const { session, userId } = ticket;
  const act = { interaction: 'session-end', at, userId, session, outcome: 'signed-out' };
  await store.database.write(sql`
    with ended as (
      ${rowOf(store, ticket, { at, end: 'signed-out' })}
      on conflict (id) do update set ended_at = excluded.ended_at, end_reason = excluded.end_reason
      where s.ended_at is null returning id::text as session),
    revoked as (${revocationOf('session', sql`select session from ended`, at)}),
    audit as (${auditLine(act)} from ended)
    select session from ended`);
}
