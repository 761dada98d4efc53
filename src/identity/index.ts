import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { HttpRoute } from '../platform/http.ts';
import type { Job } from '../platform/jobs.ts';
import { accessTokenVerifier, type VerifyAccessToken } from './access-token.ts';
import { type Cards, pkiRoutes } from './cards/index.ts';
import { jwksRoute, keyRotationJob, type KeyRing, openKeyRing } from './keys/index.ts';
import type { Page } from '../pages/index.ts';
import { IDENTITY_VIEWS, identityPages } from './pages/index.ts';
import { openRevocations, sessionJob } from './sessions/index.ts';

export {
  type AccessTokenClaims,
  type AccessTokenFault,
  accessTokenVerifier,
  signAccessToken,
  type VerifyAccessToken,
} from './access-token.ts';
export type { Actor } from '../gateways/actor.ts';
export {
  currentKey,
  type KeyRing,
  openKeyRing,
  rotateKeys,
  type SigningKey,
} from './keys/index.ts';
export {
  commonName,
  displayName,
  findUser,
  importPeople,
  knownUserIds,
  listUsers,
  parsePeopleFile,
  type RoleProfile,
  rolesOn,
  type User,
} from './people/index.ts';
export { effectiveActivities, type Interaction, may, type RightsRefusal } from './rbac/index.ts';
export { ACCESS_TOKEN_SECONDS } from './limits.ts';

export const identityMigrations = {
  schema: 'identity',
  folder: new URL('./migrations/', import.meta.url),
};

export type IdentityParts = {
  readonly database: Database;
  readonly clock: Clock;
  /** Address that certificates of cards name. */
  readonly pkiUrl: string;
};

/** Sign-in of one process: what it serves, and what it knows of keys and revocations. */
export type Identity = {
  readonly keys: KeyRing;
  readonly verify: VerifyAccessToken;
  readonly cards: Cards;
  readonly routes: readonly HttpRoute[];
  readonly pages: readonly Page[];
  readonly views: URL;
  readonly jobs: readonly Job[];
  close(): void;
};

export async function openIdentity({ database, clock, pkiUrl }: IdentityParts): Promise<Identity> {
  const cards: Cards = { database, pkiUrl };
  const keys = await openKeyRing(database);
  const revocations = await openRevocations(database, clock);
  return {
    keys,
    cards,
    verify: accessTokenVerifier(keys, revocations),
    pages: identityPages({ database, clock }),
    views: IDENTITY_VIEWS,
    routes: [jwksRoute(keys, clock), ...pkiRoutes(cards, clock)],
    jobs: [keyRotationJob(database, clock), sessionJob(database, clock)],
    close: () => {
      keys.close();
      revocations.close();
    },
  };
}
