import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { Job } from '../../platform/jobs.ts';
import type { RevocationKind } from '../record.ts';
import {
  chooseSession,
  findSession,
  moveSession,
  readRevocations,
  type Revoked,
  tidySessions,
  touchSession,
} from './repository.ts';
import { type EndReason, endOf, type Session, stateOf } from './session.ts';

export {
  endingSessions,
  endSessions,
  sessionCounts,
  findByProviderSession,
  liveSessions,
  type NewSession,
  type SessionsOf,
  type SessionStore,
  startSession,
} from './repository.ts';
export {
  type AuthenticationFacts,
  type EndReason,
  type Session,
  type SessionKind,
  type SessionLimits,
  sessionLimits,
} from './session.ts';

/** What was revoked, as this process knows it: asked for every token, so held in memory. */
export type Revocations = {
  /** Whether what was issued then is refused at a time; both in seconds since 1970. */
  readonly isRevoked: (
    kind: RevocationKind,
    value: string,
    issuedAt: number,
    at: number,
  ) => boolean;
  close(): void;
};

const LOOK_EVERY_MS = 1_000; // everywhere within 5 s [RELIABILITY 7.4]
const OVERLAP_SECONDS = 30; // a revocation is dated when its transaction begins, which may be before a look and be seen after

/** Looks by itself for what the other processes have revoked. */
export async function openRevocations(database: Database, clock: Clock): Promise<Revocations> {
  const known = new Map<string, Omit<Revoked, 'kind' | 'value'>>();
  let hasMissed = true;
  const look = async (): Promise<void> => {
    // After the database was away, the last seconds may not be enough.
    const rows = await readRevocations(database, hasMissed ? null : OVERLAP_SECONDS);
    hasMissed = false;
    for (const { kind, value, ...times } of rows) known.set(`${kind} ${value}`, times);
    const now = clock.securityNow().getTime() / 1000;
    for (const [key, { until }] of known) if (until < now) known.delete(key);
  };
  await look();
  const timer = setInterval(() => {
    look().then(undefined, () => {
      hasMissed = true;
    });
  }, LOOK_EVERY_MS).unref();
  return {
    isRevoked: (kind, value, issuedAt, at) => {
      if (known.size === 0) return false;
      const revoked = known.get(`${kind} ${value}`);
      return revoked !== undefined && issuedAt <= revoked.issuedBefore && revoked.from <= at;
    },
    close: () => {
      clearInterval(timer);
    },
  };
}

/** Why a session cannot be used: it waits for the user's choice, or it has ended for that reason. */
export type SessionFault = 'Unknown' | 'Waiting' | { readonly ended: EndReason };

/** The session of an id if it lives; to look at it is no use of it. */
export async function readSession(
  database: Database,
  id: string,
  at: Date,
): Promise<Result<Session, Exclude<SessionFault, 'Waiting'>>> {
  const session = UUID.test(id) ? await findSession(database, id) : null;
  if (session === null) return fail('Unknown');
  const ended = endOf(session, at);
  return ended === null ? ok(session) : fail({ ended });
}

/** The same, unless it waits for a choice; it is noted that it is used. */
export async function useSession(
  database: Database,
  id: string,
  at: Date,
): Promise<Result<Session, SessionFault>> {
  const read = await readSession(database, id, at);
  if (!read.ok) return read;
  return read.value.isWaiting ? fail('Waiting') : ok(await touchSession(database, read.value, at));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The role in which the user goes on, the first or another one: a new session id, the old one is dead. `roles` are
 * the ones that the user has now.
 */
export async function changeRole(
  database: Database,
  session: Session,
  wanted: { readonly roleProfile: string; readonly roles: readonly string[] },
  at: Date,
): Promise<Result<Session, 'NotTheirRole' | SessionFault>> {
  const { roleProfile, roles } = wanted;
  if (!roles.includes(roleProfile)) return fail('NotTheirRole');
  if (stateOf(session, at) === 'waiting') return fail('Waiting');
  const moved = await moveSession(database, session, roleProfile, at);
  return moved === null ? fail({ ended: endOf(session, at) ?? 'role-changed' }) : ok(moved);
}

/** Of two sign-ins the user works on in this one, and the other ends. */
export async function continueHere(
  database: Database,
  session: Session,
  at: Date,
): Promise<Result<Session, SessionFault>> {
  const chosen = await chooseSession(database, session, at);
  return chosen === null ? fail({ ended: endOf(session, at) ?? 'another-sign-in' }) : ok(chosen);
}

const TIDY_EVERY_MS = 300_000;

/** Notes ends that time brought, and forgets what is over. */
export function sessionJob(database: Database, clock: Clock): Job {
  return {
    name: 'sessions',
    everyMs: TIDY_EVERY_MS,
    hasWork: async () => true,
    run: () => tidySessions(database, clock.securityNow()),
  };
}
