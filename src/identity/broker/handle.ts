import { randomBytes } from 'node:crypto';

import { londonDate } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { type Cards, checkLogin, type LoginFault, loginFaultSince } from '../cards/index.ts';
import type { BrokerSecrets } from '../keys/index.ts';
import { findUser, rolesOn, type User } from '../people/index.ts';
import type { Limiter } from '../rate-limit/index.ts';
import type { IdentityAct } from '../record.ts';
import { type Challenge, checkChallenge, makeChallenge, RANDOM_BYTES } from './challenge.ts';
import { readSigned } from './cms.ts';
import type { RefusalCode, Refused } from './refusals.ts';
import { findKept, keepLogin, keepLogout, type Kept, keepRefusal, keepRole } from './repository.ts';
import type { Answered, LoggingOut, RoleSelection } from './requests.ts';
import { IV_BYTES, openTicket, sealTicket, type Ticket } from './ticket.ts';

/** What the steps of a log-in stand on. The secrets are the same in both datacentres. */
export type Broker = {
  readonly database: Database;
  /** Of a session, from log-in to its end. */
  readonly lifeMinutes: number;
  readonly cards: Cards;
  readonly limiter: Limiter;
  readonly secrets: (at: Date) => BrokerSecrets;
  readonly site: string;
};

export type Roles = User['roleProfiles'];

export function activate({ secrets }: Broker, login: string, at: Date): Challenge {
  const [secret] = secrets(at);
  return makeChallenge(secret, { random: randomBytes(RANDOM_BYTES), at, login });
}

export type LoggedIn = {
  readonly ticket: string;
  readonly user: User;
  readonly roles: Roles;
  readonly lifeMinutes: number;
};

/** A card has answered: a ticket, or why not. Either is in the audit before the answer leaves. */
export async function validate(
  broker: Broker,
  answered: Answered,
  at: Date,
): Promise<Result<LoggedIn, Refused>> {
  const admitted = await admit(broker, answered, at);
  const done = admitted.ok ? await begin(broker, admitted.value) : admitted;
  if (done.ok) return done;
  const { userId } = answered;
  return noted(broker, { interaction: 'sign-in', at, userId }, done.error);
}

/** A refusal is in the audit before its answer leaves. */
async function noted(
  { database }: Broker,
  act: Omit<IdentityAct, 'outcome'>,
  error: Refused,
): Promise<Failed> {
  await keepRefusal(database, { ...act, outcome: `broker: ${error.code}` });
  return fail(error);
}

type Failed = { readonly ok: false; readonly error: Refused };

function codeOf(fault: LoginFault): RefusalCode {
  switch (fault.kind) {
    case 'CertificateUntrusted':
      return 'cert_untrusted';
    case 'CertificateExpired':
      return 'cert_expired';
    case 'CertificateRevoked':
      return 'cert_revoked';
    case 'CardInState':
      if (fault.state === 'Locked') return 'card_locked';
      if (fault.state === 'Blocked') return 'card_blocked';
      return fault.state === 'Suspended' ? 'card_suspended' : 'card_not_active';
  }
}

/** Wrong passcodes of somebody else's must not end what the holder has begun. */
function endsSession(fault: LoginFault | null): fault is LoginFault {
  return fault !== null && !(fault.kind === 'CardInState' && fault.state === 'Locked');
}

type Admitted = { readonly ticket: Ticket; readonly user: User; readonly roles: Roles };

const LOGINS_OF_CARD_PER_MINUTE = 600; // an agent that has gone wrong

/** In order of precedence: the first check that fails is the answer. */
async function admit(
  { secrets, site, database, cards, limiter }: Broker,
  { challenge, signature, login, answer, userId }: Answered,
  at: Date,
): Promise<Result<Admitted, Refused>> {
  const own = checkChallenge(secrets(at), { challenge, signature }, { login, at });
  if (!own.ok) return refused(own.error === 'Stale' ? 'challenge_stale' : 'challenge_not_ours');
  const signed = readSigned(answer);
  if (!signed.ok) return refused('cms_invalid', signed.error);
  if (!signed.value.content.equals(challenge)) {
    return refused('cms_invalid', 'it signs something else than this challenge');
  }
  const card = await checkLogin(cards, signed.value.certificate, at);
  if (!card.ok) return refused(codeOf(card.error));
  if (card.value.userId !== userId) return refused('uid_mismatch');
  // Counted only when its key has signed: nobody else can use up what a card may do.
  const isWithin = await limiter.take(`card ${card.value.cardNumber}`, LOGINS_OF_CARD_PER_MINUTE);
  if (!isWithin) return refused('overloaded');
  const user = await findUser(database, userId);
  if (user === null || user.status !== 'active') return refused('user_inactive');
  const roles = rolesOn(user, londonDate(at));
  if (roles.length === 0) return refused('no_roles');
  const session = derivedUuid('broker session', challenge.toString('base64'));
  const { cardNumber, serial: certificate } = card.value;
  const ticket = { session, userId, card: cardNumber, certificate, loggedInAt: at, site };
  return ok({ ticket, user, roles });
}

/** The session has the challenge's id, so no answer begins two. */
async function begin(
  broker: Broker,
  { ticket, user, roles }: Admitted,
): Promise<Result<LoggedIn, Refused>> {
  const [only, ...others] = roles;
  const chosen = others.length === 0 ? (only?.roleProfileId ?? null) : null;
  const isNew = await keepLogin(broker, ticket, chosen);
  if (!isNew) return refused('challenge_stale');
  const { secrets, lifeMinutes } = broker;
  const [secret] = secrets(ticket.loggedInAt);
  const text = sealTicket(secret, ticket, randomBytes(IV_BYTES));
  return ok({ ticket: text, user, roles, lifeMinutes });
}

export async function chooseRole(
  broker: Broker,
  selection: RoleSelection,
  at: Date,
): Promise<Result<null, Refused>> {
  const done = await choose(broker, selection, at);
  if (done.ok) return done;
  const ticket = openTicket(broker.secrets(at), selection.ticket);
  const { roleProfile } = selection;
  const who = { userId: ticket?.userId ?? null, session: ticket?.session ?? null, roleProfile };
  return noted(broker, { interaction: 'role-choice', at, ...who }, done.error);
}

async function choose(
  broker: Broker,
  { ticket: text, roleProfile, ssbMode }: RoleSelection,
  at: Date,
): Promise<Result<null, Refused>> {
  const live = await liveTicket(broker, text, at);
  if (!live.ok) return live;
  const { ticket, roles } = live.value;
  if (!roles.some((role) => role.roleProfileId === roleProfile)) return refused('role_unknown');
  const isKept = await keepRole(broker, ticket, { roleProfile, ssbMode, at });
  return isKept ? ok(null) : refused('role_chosen');
}

export type Asserted = Live & { readonly chosen: string; readonly ssbMode: number };

/** Who is signed in with a ticket, in which role; true at the moment it is asked. */
export async function assertRole(
  broker: Broker,
  text: string,
  at: Date,
): Promise<Result<Asserted, Refused>> {
  const live = await liveTicket(broker, text, at);
  if (!live.ok) return live;
  const { kept, roles } = live.value;
  const chosen = kept?.roleProfile ?? null;
  if (chosen === null) return refused('role_not_chosen');
  if (!roles.some((role) => role.roleProfileId === chosen)) return refused('role_unknown');
  return ok({ ...live.value, chosen, ssbMode: kept?.ssbMode ?? 0 });
}

/** Ending twice is no fault: whoever removes a card and did not hear of the first time asks again. */
export async function logOut(
  broker: Broker,
  { ticket: text, userId }: LoggingOut,
  at: Date,
): Promise<Result<null, Refused>> {
  const ticket = openTicket(broker.secrets(at), text);
  if (ticket === null) return refused('ticket_invalid');
  if (ticket.userId !== userId) return refused('uid_mismatch');
  await keepLogout(broker, ticket, at);
  return ok(null);
}

type Live = {
  readonly ticket: Ticket;
  readonly kept: Kept | null;
  readonly user: User;
  readonly roles: Roles;
};

/** The ticket holds by its seal; only its end, the card and the user are looked up. */
async function liveTicket(
  { database, secrets, cards, lifeMinutes }: Broker,
  text: string,
  at: Date,
): Promise<Result<Live, Refused>> {
  const ticket = openTicket(secrets(at), text);
  if (ticket === null) return refused('ticket_invalid');
  const isOver = at.getTime() - ticket.loggedInAt.getTime() >= lifeMinutes * 60_000;
  if (isOver) return refused('ticket_ended');
  const [kept, fault, user] = await Promise.all([
    findKept(database, ticket),
    loginFaultSince(cards, ticket.certificate, at),
    findUser(database, ticket.userId),
  ]);
  if (endsSession(fault)) return refused(codeOf(fault));
  if (kept !== null && kept.endReason !== null) return refused('ticket_ended');
  if (user === null || user.status !== 'active') return refused('user_inactive');
  return ok({ ticket, kept, user, roles: rolesOn(user, londonDate(at)) });
}

function refused(code: Refused['code'], detail?: string): Failed {
  return fail(detail === undefined ? { code } : { code, detail });
}
