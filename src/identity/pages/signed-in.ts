import { type LondonDate, londonDate } from '../../kernel/london.ts';
import { fail } from '../../kernel/result.ts';
import {
  type Page,
  type PageAnswer,
  type PageRequest,
  problemOf,
  type Visitor,
} from '../../pages/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { Cards } from '../cards/index.ts';
import { displayName, findUser, rolesOn, type User } from '../people/index.ts';
import type { Limiter } from '../rate-limit/index.ts';
import { isAgent, sponsorOf } from '../registration/index.ts';
import {
  type EndReason,
  readSession,
  type Session,
  type SessionStore,
  useSession,
} from '../sessions/index.ts';
import { isOperator } from './operator.ts';

export type PageParts = SessionStore & {
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly cards: Cards;
  /** The cards of a test installation lie open to everybody; null in a live one. */
  readonly testCards: { readonly passcode: string } | null;
  /** Where the card agent of a user listens on their own machine; null: it is not offered. */
  readonly cardAgent: string | null;
  /** ODS codes of the organisations that run this service. */
  readonly operators: readonly string[];
  /** Whether one can sign in as applications' users do: a card in a reader, a security key. */
  readonly hasOtherWays: boolean;
};

const PASSCODES_PER_MINUTE = 120; // of one address, which many share: a ward behind a balancer; each costs 50 ms to judge

/**
 * For a page that takes a passcode: what comes too fast from one address is not looked at, whosever card it names, so
 * that nothing is counted against a card [RELIABILITY 7.4].
 */
export function takingPasscodes(
  { limiter }: Pick<PageParts, 'limiter'>,
  handle: Page['handle'],
): Page['handle'] {
  return async (request) =>
    (await limiter.take(`passcodes ${request.remote}`, PASSCODES_PER_MINUTE))
      ? handle(request)
      : problemOf({ kind: 'TooMany' }, request.requestId);
}

export type Role = User['roleProfiles'][number];

/** Who stands behind a request: signed in, the session lives, the role holds today. */
export type SignedIn = {
  readonly session: Session;
  readonly user: User;
  readonly role: Role;
  /** The roles that hold today. */
  readonly roles: readonly Role[];
  readonly visitor: Visitor;
};

/** The same before a role is chosen. */
export type WithoutRole = Omit<SignedIn, 'role'> & { readonly role: Role | null };

type Handle<Who> = (request: PageRequest, who: Who) => Promise<PageAnswer> | PageAnswer;

/** Only for people who are signed in and have chosen a role; others are sent there and come back. */
export function signedIn(parts: PageParts, handle: Handle<SignedIn>): Page['handle'] {
  return withoutRole(parts, (request, who) => {
    const { role } = who;
    return role === null
      ? { to: withReturn('/roles', request) }
      : handle(request, { ...who, role });
  });
}

export function withoutRole(parts: PageParts, handle: Handle<WithoutRole>): Page['handle'] {
  const { database, clock } = parts;
  return async (request) => {
    if (request.session === null) return { to: withReturn('/signin', request) };
    const at = clock.securityNow();
    const used = await sessionFor(database, request, at);
    if (!used.ok) return { to: withReturn(placeAfter(used.error), request) };
    const session = used.value;
    const user = await findUser(database, session.userId);
    if (user === null || user.status !== 'active') {
      return { to: '/signedout?reason=access' };
    }
    const roles = rolesOn(user, londonDate(at));
    const role = roles.find(({ roleProfileId }) => roleProfileId === session.roleProfile) ?? null;
    const links = role === null ? [] : await linksOf(parts, { ...user, roleProfiles: [role] }, at);
    const visitor = { ...visitorOf(user, role, secondsLeft(session, at)), links };
    return handle(request, { session, user, role, roles, visitor });
  };
}

/** A page that brings itself up to date is no use of the session: nobody may sit before it. */
async function sessionFor(
  database: Database,
  { session, isRefresh }: PageRequest,
  at: Date,
): ReturnType<typeof useSession> {
  if (!isRefresh) return useSession(database, session ?? '', at);
  const read = await readSession(database, session ?? '', at);
  return read.ok && read.value.isWaiting ? fail('Waiting') : read;
}

/** Where this person may go in the role that they have chosen. */
async function linksOf(
  { database, operators }: PageParts,
  inRole: User,
  at: Date,
): Promise<Visitor['links']> {
  const isRegistrar =
    isAgent(inRole, londonDate(at)) || (await sponsorOf(database, inRole.userId)).length > 0;
  return [
    { href: '/', text: 'Home' },
    ...(isRegistrar ? [{ href: '/ra', text: 'Registration Authority' }] : []),
    ...(inRole.roleProfiles.some((role) => isOperator(role, operators))
      ? [{ href: '/ops', text: 'Operations' }]
      : []),
    { href: '/card', text: 'Your card' },
  ];
}

export function today({ clock }: PageParts): LondonDate {
  return londonDate(clock.securityNow());
}

/** Where the person comes back to after what stands between. */
export function withReturn(place: string, { address }: PageRequest): string {
  if (address === '/') return place;
  return `${place}${place.includes('?') ? '&' : '?'}return=${encodeURIComponent(address)}`;
}

function placeAfter(fault: 'Unknown' | 'Waiting' | { readonly ended: EndReason }): string {
  if (fault === 'Unknown') return '/signin';
  return fault === 'Waiting' ? '/sessions' : `/signedout?reason=${reasonWord(fault.ended)}`;
}

/** As the address of the page says why a session ended [EXPERIENCE 4.1]. */
export function reasonWord(reason: EndReason): SignedOutReason {
  switch (reason) {
    case 'signed-out':
      return 'you';
    case 'idle':
    case 'over':
      return 'idle';
    case 'another-sign-in':
    case 'role-changed':
      return 'elsewhere';
    case 'role-ended':
    case 'card-revoked':
    case 'user-inactive':
    case 'administrator':
    case 'token-used-twice':
      return 'access';
  }
}

export type SignedOutReason = 'you' | 'idle' | 'elsewhere' | 'access';

/** How long until the session ends if nothing more is done. */
export function secondsLeft({ endsAt, idleMinutes, lastUsedAt }: Session, at: Date): number {
  const idleAt =
    idleMinutes === null ? endsAt.getTime() : lastUsedAt.getTime() + idleMinutes * 60_000;
  return Math.floor((Math.min(endsAt.getTime(), idleAt) - at.getTime()) / 1000);
}

function visitorOf(user: User, role: Role | null, idleSeconds: number): Omit<Visitor, 'links'> {
  return {
    name: displayName(user),
    role: role === null ? null : jobTitle(role),
    organisation: role?.organisationName ?? null,
    ods: role?.ods ?? null,
    idleSeconds,
  };
}

/** `"Clinical":"Clinical Provision":"Nurse Access Role"` as people say it: the last part. */
export function jobTitle({ jobRoleName }: Pick<Role, 'jobRoleName'>): string {
  return (jobRoleName.split(':').at(-1) ?? '').replaceAll('"', '');
}
