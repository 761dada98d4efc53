import type { Account, KoaContextWithOIDC } from 'oidc-provider';

import { londonDate } from '../../kernel/london.ts';
import type { Clock } from '../../platform/clock.ts';
import { findUser, rolesOn, type User } from '../people/index.ts';
import { type SessionStore, useSession } from '../sessions/index.ts';
import { idTokenClaims, type SignedIn, userinfoClaims } from './claims.ts';
import { sessionOf } from './repository.ts';

export type Parts = SessionStore & { readonly clock: Clock };

/** What the sign-in pages tell the library besides its own words: the session that they started. */
export function startedSession(result: object | undefined): string | null {
  const started: unknown = result === undefined ? null : Reflect.get(result, 'startedSession');
  return typeof started === 'string' ? started : null;
}

const known = new WeakMap<Account, SignedIn>();

/** Who the account of a request is. */
export function signedInAs(account: Account | undefined): SignedIn | null {
  return account === undefined ? null : (known.get(account) ?? null);
}

/**
 * The library's way to ask who somebody is, for every code, token and page: so whoever's session has ended, by
 * whatever cause and in whichever datacentre, is nobody from that moment on [RELIABILITY 7.4].
 */
export function accountFinder({ database, clock }: Parts) {
  return async (
    ctx: KoaContextWithOIDC,
    userId: string,
    source?: object,
  ): Promise<Account | undefined> => {
    const signedIn = await find(ctx, source);
    if (signedIn === null || signedIn.user.userId !== userId) return undefined;
    const account: Account = {
      accountId: userId,
      claims: (use) => ({
        sub: userId,
        ...(use === 'id_token'
          ? idTokenClaims(signedIn, ctx.oidc.client?.clientId)
          : userinfoClaims(signedIn, londonDate(clock.now()))),
      }),
    };
    known.set(account, signedIn);
    return account;
  };

  async function find(ctx: KoaContextWithOIDC, source?: object): Promise<SignedIn | null> {
    const id = await sessionIdOf(ctx, source);
    if (id === null) return null;
    const session = await useSession(database, id, clock.securityNow());
    if (!session.ok) return null;
    const { userId, authentication } = session.value;
    const user = await findUser(database, userId);
    if (user?.status !== 'active') return null;
    return {
      user,
      sessionId: id,
      roleProfile: roleHeld(user, session.value.roleProfile, clock),
      amr: authentication.amr,
      assuranceLevel: authentication.assuranceLevel,
    };
  }

  async function sessionIdOf(ctx: KoaContextWithOIDC, source?: object): Promise<string | null> {
    const started = source === undefined ? startedSession(ctx.oidc.result) : null;
    if (started !== null) return started;
    const uid: unknown =
      source === undefined ? ctx.oidc.session?.uid : Reflect.get(source, 'sessionUid');
    return typeof uid === 'string' ? sessionOf(database, uid) : null;
  }
}

/** A role that has ended since is none. */
function roleHeld(user: User, roleProfile: string | null, clock: Clock): string | null {
  const roles = rolesOn(user, londonDate(clock.now()));
  return roles.some(({ roleProfileId }) => roleProfileId === roleProfile) ? roleProfile : null;
}
