import { readFile } from 'node:fs/promises';

import type { Authenticate } from '../gateways/fhir/gateway.ts';
import type { CertificatePort } from '../platform/certificate-port.ts';
import type { Config } from '../platform/config.ts';
import type { Failure, HttpMount, HttpRequest, HttpResponse, HttpRoute } from '../platform/http.ts';
import type { Job } from '../platform/jobs.ts';
import { authenticateWith, withinRequests } from './authenticate.ts';
import { accessTokenVerifier, type VerifyAccessToken } from './access-token.ts';
import { brokerFailure, openBroker } from './broker/index.ts';
import { openCardAgent } from './card-agent/index.ts';
import { cardProofJob, openCardPort } from './card-port/index.ts';
import { type Cards, pkiRoutes } from './cards/index.ts';
import { type Cis2, discoveryRoute, openCis2 } from './cis2/index.ts';
import { jwksRoute, keyRotationJob, type KeyRing, openKeyRing } from './keys/index.ts';
import type { Page, View } from '../pages/index.ts';
import {
  type ForOperators,
  forOperators,
  IDENTITY_VIEWS,
  identityPages,
  type RequestDoor,
} from './pages/index.ts';
import {
  facesOf,
  openClientKeys,
  platformFailure,
  platformJob,
  type PlatformParts,
  platformRoutes,
  type ProviderPair,
} from './platform/index.ts';
import { type Limiter, openLimiter, rateJob } from './rate-limit/index.ts';
import { parseRoots, placesOfKeys, securityKeyJob } from './webauthn/index.ts';
import { beginTwoPersonRule } from './registration/index.ts';
import { openRevocations, sessionJob, sessionLimits } from './sessions/index.ts';
import { type IsSignedInfo, signingJob, signingRoutes } from './signing-service/index.ts';

export {
  type AccessTokenClaims,
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
  authoritiesOf,
  authoritiesPem,
  authorityCertificates,
  type By,
  type Card as IssuedCard,
  type CardCommand,
  type CardKeys,
  type Cards,
  certificateParts,
  cardsOf,
  certificatesOf,
  changeCard,
  type ChipKey,
  findCard,
  type Hash,
  isFinal,
  isPin,
  issueCard,
  type IssueRefusal,
  moveWithdrawnCards,
  type OpenCard as OpenedCard,
  openCard,
  proofText,
  type Purpose,
  replaceCard,
  SERIES,
  SERIES_WRONG,
  seriesIn,
  signingLists,
} from './cards/index.ts';
export {
  commonName,
  displayName,
  findRole,
  findUser,
  importPeople,
  knownUserIds,
  listUsers,
  type MovedRole,
  moveRoles,
  parsePeopleFile,
  type RoleProfile,
  rolesOn,
  type User,
} from './people/index.ts';
export { effectiveActivities, type Interaction, may, type RightsRefusal } from './rbac/index.ts';
export {
  type Digest,
  type GpObject,
  readGpObject,
  writeGpObject,
  writeSigned,
  writeSmime,
} from './broker/index.ts';
export { type ForOperators, IDENTITY_VIEWS, type Operator } from './pages/index.ts';
export { problemOf as signInProblem } from './sign-in/words.ts';
export { signedContent } from './card-agent/signed-content.ts';
export {
  bytesOf,
  type Payload,
  type PayloadSignature,
  SIGNING_HASHES,
  type SigningAlgorithm,
} from './signing-service/index.ts';
export { refusalWords } from './cards/refusal-words.ts';
/** Whether a database is, or was, that of a live installation: one never stops being that. */
export { holdsTwoPersonRule as isLiveStore } from './registration/index.ts';
export { openRevocations, sessionCounts } from './sessions/index.ts';
export { clientOfKey, grantsReader } from './clients/repository.ts';
export { ACCESS_TOKEN_SECONDS } from './limits.ts';
export { type ProviderSettings } from './platform/index.ts';

export type IdentityParts = Pick<
  PlatformParts,
  'database' | 'clock' | 'log' | 'version' | 'publicUrls' | 'logoutFrom'
> & {
  /** Said by who knows prescriptions: the signing service has nothing else signed. */
  readonly isSignedInfo: IsSignedInfo;
  /** Of the CIS2 face, to the letter; null: there is none here. */
  readonly cis2Issuer: string | null;
  readonly cardPort: Config['cardPort'];
  readonly cardAgent: Config['cardAgent'];
  readonly securityKeyRoots: string | null;
  readonly sessionMinutes: Config['sessionMinutes'];
  readonly operators: Config['operators'];
  /** Where this process listens. */
  readonly host: string;
  /** Address that certificates of cards name. */
  readonly pkiUrl: string;
  /** Of one application on one base; null: without limit. */
  readonly requestsPerMinute: number | null;
  /** Of this process. */
  readonly url: string;
  /** What opens the cards of a test installation; null in a live one. */
  readonly testCards: { readonly passcode: string } | null;
  /** Which one this is, as tickets name it. */
  readonly datacentre: 'a' | 'b';
  /** Behind the platform's address, and behind its twin; null: there is none. */
  readonly providers: {
    readonly main: ProviderPair;
    readonly mock: ProviderPair;
  };
};

/** Sign-in of one process: what it serves, and what it knows of keys and revocations. */
export type Identity = {
  readonly keys: KeyRing;
  readonly verify: VerifyAccessToken;
  readonly cards: Cards;
  readonly authenticate: Authenticate;
  /** Counts within a minute and within a second, of all processes together. */
  readonly limiter: Limiter;
  readonly routes: readonly HttpRoute[];
  /** Parts that answer by themselves; they draw pages in the frame of all pages. */
  readonly mounts: (draw: (view: View) => string) => readonly HttpMount[];
  readonly pages: readonly Page[];
  /** For pages of others. */
  readonly forOperators: ForOperators;
  readonly views: URL;
  readonly jobs: readonly Job[];
  /** In the form of the face that was asked; null when none was. `id` is that of the request. */
  readonly onFailure: (request: HttpRequest, failure: Failure, id: string) => HttpResponse | null;
  close(): Promise<void>;
};

export async function openIdentity(parts: IdentityParts): Promise<Identity> {
  const { database, clock, pkiUrl, testCards, cis2Issuer: issuer } = parts;
  const cards: Cards = { database, pkiUrl };
  const keys = await openKeyRing(database);
  if (testCards === null) await beginTwoPersonRule(database, clock.securityNow());
  const revocations = await openRevocations(database, clock);
  const verify = accessTokenVerifier(keys, revocations);
  const stored = { ...parts, sessionLimits: sessionLimits(parts.sessionMinutes) };
  const cis2 = issuer === null ? null : openCis2({ ...stored, issuer, keys });
  const cardPort = await cardPortOf(parts, cards);
  const limiter = openLimiter(database);
  const broker = openBroker({ ...stored, cards, limiter, keys });
  const basis = { ...stored, cards, limiter };
  const cardAgent = openCardAgent({ cards, clock, limiter, keys, origins: originsOf(parts) });
  const platform: PlatformParts = {
    ...stored,
    keys,
    verify,
    providers: await facesOf(parts),
    limiter,
    clientKeys: openClientKeys(),
  };
  return {
    keys,
    cards,
    verify,
    limiter,
    authenticate: authenticateWith(verify, withinRequests(limiter, parts.requestsPerMinute)),
    routes: [
      jwksRoute(keys, clock),
      ...pkiRoutes(cards, clock),
      ...applicationRoutes(platform, parts.isSignedInfo),
      ...broker,
      ...cardAgent,
      ...(issuer === null ? [] : [discoveryRoute(issuer)]),
    ],
    mounts: (draw) => (cis2 === null ? [] : [cis2.mount(draw)]),
    pages: identityPages(basis, cis2 === null ? null : await requestDoor(parts, cis2)),
    forOperators: forOperators({ ...basis, hasOtherWays: cis2 !== null }),
    views: IDENTITY_VIEWS,
    jobs: [...jobsOf(parts, cards), ...(cis2?.jobs ?? [])],
    onFailure: failureOf(parts),
    close: async () => {
      keys.close();
      revocations.close();
      await cardPort?.close();
    },
  };
}

function applicationRoutes(platform: PlatformParts, isSignedInfo: IsSignedInfo): HttpRoute[] {
  return [...platformRoutes(platform), ...signingRoutes({ ...platform, isSignedInfo })];
}

/** Where people sign in with a card. */
function originsOf({ cis2Issuer, publicUrls }: IdentityParts): readonly string[] {
  const urls = [...publicUrls, ...(cis2Issuer === null ? [] : [cis2Issuer])];
  return [...new Set(urls.map((url) => new URL(url).origin))];
}

function jobsOf(parts: IdentityParts, cards: Cards): Job[] {
  const { database, clock } = parts;
  return [
    keyRotationJob(database, clock),
    sessionJob(database, clock),
    platformJob(parts),
    signingJob(parts),
    cardProofJob(cards, clock),
    securityKeyJob(database, clock),
    rateJob(database),
  ];
}

async function requestDoor(parts: IdentityParts, cis2: Cis2): Promise<RequestDoor> {
  const { database, cis2Issuer, publicUrls, securityKeyRoots: file } = parts;
  const roots = file === null ? [] : parseRoots(await readFile(file, 'utf8'));
  const keys = { database, roots, ...placesOfKeys([cis2Issuer ?? '', ...publicUrls]) };
  return { interactions: () => cis2.interactions(), cardUrl: parts.cardPort?.url ?? null, keys };
}

/** Without a CIS2 face nobody signs in with what a card port finds out. */
async function cardPortOf(parts: IdentityParts, cards: Cards): Promise<CertificatePort | null> {
  const { cis2Issuer: issuer, cardPort: settings } = parts;
  if (issuer === null || settings === null) return null;
  return openCardPort({ ...parts, cards, settings, signInUrl: new URL(issuer).origin });
}

function failureOf({ log }: Pick<IdentityParts, 'log'>): Identity['onFailure'] {
  return (request, failure, id) =>
    brokerFailure(request, failure) ??
    platformFailure(request, failure, (messageId) =>
      log({ event: 'sign-in-failure', requestId: messageId, outcome: id }),
    );
}
