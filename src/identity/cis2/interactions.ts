import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

import { errors, type Provider } from 'oidc-provider';

import { londonDate } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { findUser, rolesOn, type User } from '../people/index.ts';
import { changeRole, type Session, startSession, useSession } from '../sessions/index.ts';
import type { Parts } from './accounts.ts';
import { acrMet, type Authenticator, authenticatorsFor } from './assurance.ts';
import { levelOf } from './claims.ts';
import { moveBinding, sessionOf } from './repository.ts';

/** An application waits for somebody to sign in. */
export type SignInRequest = {
  readonly application: string;
  /** Those that are strong enough for it. */
  readonly authenticators: readonly Authenticator[];
  /** Who was signed in and has to show it again. */
  readonly userId: string | null;
  /** The host that the browser comes to in the end. */
  readonly leadsTo: readonly string[];
};

/** What a page or the card's port has found out: who, and with what. */
export type Proof = {
  readonly userId: string;
  readonly authenticator: Authenticator;
  /** Of the smartcard, so that it can be revoked together with its sessions. */
  readonly card: string | null;
};

export type RoleRequest = {
  readonly application: string;
  readonly user: User;
  readonly roles: User['roleProfiles'];
  readonly current: string | null;
  readonly leadsTo: readonly string[];
};

/** Gone: too old, finished, or of another browser. */
export type RequestFault = 'RequestUnknown';
export type SignInFault = RequestFault | 'TooWeak' | 'UserUnknown' | 'UserInactive';
export type RoleFault = RequestFault | 'NotTheirRole' | 'SessionEnded';

type Asked = { readonly uid: string; readonly cookie: string | undefined };

/** What the pages ask and tell while an application waits; each answer that is good is the address to go on to. */
export type Interactions = {
  signInRequest(asked: Asked): Promise<Result<SignInRequest, RequestFault>>;
  signIn(asked: Asked, proof: Proof): Promise<Result<string, SignInFault>>;
  roleRequest(asked: Asked): Promise<Result<RoleRequest, RoleFault>>;
  chooseRole(asked: Asked, roleProfileId: string): Promise<Result<string, RoleFault>>;
  /** The user does not want to; the application is told so. */
  giveUp(asked: Asked): Promise<Result<string, RequestFault>>;
};

type Door = Parts & { readonly issuer: string; readonly provider: () => Promise<Provider> };

export function makeInteractions(door: Door): Interactions {
  const { provider } = door;
  return {
    signInRequest: async (asked) => {
      const found = await openRequest(await provider(), asked);
      return found === null ? fail('RequestUnknown') : ok(await signInRequestOf(found));
    },
    signIn: async (asked, proof) => {
      const found = await openRequest(await provider(), asked);
      return found === null ? fail('RequestUnknown') : signIn(door, found, proof);
    },
    roleRequest: async (asked) => {
      const open = await openRole(door, asked);
      if (!open.ok) return open;
      const { found, user, roles, session } = open.value;
      const current = session.roleProfile;
      const application = await applicationOf(found);
      return ok({ application, user, roles, current, leadsTo: leadsTo(found) });
    },
    chooseRole: async (asked, roleProfile) => {
      const open = await openRole(door, asked);
      return open.ok ? chooseRole(door, open.value, roleProfile) : open;
    },
    giveUp: async (asked) => {
      const found = await openRequest(await provider(), asked);
      if (found === null) return fail('RequestUnknown');
      const error_description = 'the user did not sign in';
      return ok(await finish(found, { error: 'access_denied', error_description }));
    },
  };
}

async function signInRequestOf(found: Found): Promise<SignInRequest> {
  return {
    application: await applicationOf(found),
    authenticators: authenticatorsFor(askedLevels(found)),
    userId: found.details.session?.accountId ?? null,
    leadsTo: leadsTo(found),
  };
}

async function signIn(
  { database, sessionLimits, clock, issuer }: Door,
  found: Found,
  { userId, authenticator, card }: Proof,
): Promise<Result<string, SignInFault>> {
  const acr = acrMet(askedLevels(found), authenticator);
  if (acr === null) return fail('TooWeak');
  const user = await findUser(database, userId);
  if (user === null) return fail('UserUnknown');
  if (user.status !== 'active') return fail('UserInactive');
  const at = clock.securityNow();
  const roles = rolesOn(user, londonDate(clock.now()));
  // Who has one role works in it; who has several is asked if the application wants to know [IDENTITY 3.1].
  const roleProfile = roles.length === 1 ? (roles[0]?.roleProfileId ?? null) : null;
  const amr = [authenticator];
  const authentication = {
    acr,
    amr,
    assuranceLevel: levelOf(authenticator),
    idAssuranceLevel: String(user.idAssuranceLevel),
    proofingLevel: null,
    vectorOfTrust: null,
    nhsNumber: null,
    delegate: null,
  };
  const who = { kind: 'cis2', userId, card, roleProfile, authentication } as const;
  const from = { provider: issuer, providerSession: null, applicationId: null };
  const session = await startSession({ database, sessionLimits }, { ...who, ...from }, at);
  const login = { accountId: userId, acr, amr, ts: Math.floor(at.getTime() / 1000) };
  return ok(await finish(found, { login, startedSession: session.id }));
}

type OpenRole = {
  readonly found: Found;
  readonly user: User;
  readonly roles: User['roleProfiles'];
  readonly session: Session;
};

async function openRole(
  { database, clock, provider }: Door,
  asked: Asked,
): Promise<Result<OpenRole, RoleFault>> {
  const found = await openRequest(await provider(), asked);
  const browser = found?.details.session?.uid;
  if (found === null || browser === undefined) return fail('RequestUnknown');
  const id = await sessionOf(database, browser);
  const session = id === null ? null : await useSession(database, id, clock.securityNow());
  if (session?.ok !== true) return fail('SessionEnded');
  const user = await findUser(database, session.value.userId);
  if (user === null) return fail('SessionEnded');
  const roles = rolesOn(user, londonDate(clock.now()));
  return ok({ found, user, roles, session: session.value });
}

async function chooseRole(
  { database, clock }: Door,
  { found, roles, session }: OpenRole,
  roleProfile: string,
): Promise<Result<string, RoleFault>> {
  const wanted = { roleProfile, roles: roles.map(({ roleProfileId }) => roleProfileId) };
  const moved = await changeRole(database, session, wanted, clock.securityNow());
  if (!moved.ok) return fail(moved.error === 'NotTheirRole' ? moved.error : 'SessionEnded');
  await moveBinding(database, session.id, moved.value.id);
  return ok(await finish(found, { startedSession: moved.value.id, roleChosen: true }));
}

type Found = NonNullable<Awaited<ReturnType<typeof openRequest>>>;

/** The request that the browser's cookie and the address both name; null when they do not. */
async function openRequest(provider: Provider, { uid, cookie }: Asked) {
  const request = new IncomingMessage(new Socket());
  if (cookie !== undefined) request.headers.cookie = cookie;
  const response = new ServerResponse(request);
  try {
    const details = await provider.interactionDetails(request, response);
    return details.uid === uid ? { provider, request, response, details } : null;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return null;
    throw error;
  }
}

function finish(
  { provider, request, response }: Found,
  result: Parameters<Provider['interactionResult']>[2],
): Promise<string> {
  return provider.interactionResult(request, response, result);
}

/** What the application asked for. */
function askedLevels({ details }: Found): string | undefined {
  return textOf(details.params['acr_values']);
}

async function applicationOf({ provider, details }: Found): Promise<string> {
  const client = await provider.Client.find(textOf(details.params['client_id']) ?? '');
  return client?.clientName ?? '';
}

function leadsTo({ details }: Found): string[] {
  const url = URL.parse(textOf(details.params['redirect_uri']) ?? '');
  return url === null ? [] : [url.origin];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
