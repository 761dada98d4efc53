import { createSigner, createVerifier } from 'fast-jwt';

import { fail, ok, type Result } from '../kernel/result.ts';
import type { Actor } from '../gateways/actor.ts';
import type { KeyRing, SigningKey } from './keys/index.ts';
import type { Revocations } from './sessions/index.ts';
import { ACCESS_TOKEN_SECONDS, CLOCK_TOLERANCE_S } from './limits.ts';

/** What an access token says. A user has role profiles or none; an application has none. */
export type AccessTokenClaims = {
  readonly auth_type: 'app' | 'user';
  readonly sub: string;
  readonly scope: string;
  readonly asid: string | null;
  readonly sid: string;
  readonly roles: readonly TokenRole[];
  /** ODS code of an application's owner. */
  readonly organisation: string | null;
  /** The application's id, and whether its users still sign prescriptions with SHA-1. */
  readonly client: string | null;
  readonly sha1: boolean;
  /** Of a user: how they were authenticated, as the API platform keeps it with a token. */
  readonly authentication: TokenAuthentication | null;
};

export type TokenRole = {
  readonly id: string;
  readonly organisation: string;
  readonly job: string;
  /** Those that were given to it; what they include is known everywhere. */
  readonly activities: readonly string[];
  /** Seconds since 1970, of a role that ends. */
  readonly until?: number;
};

/** [IDENTITY 3.2] */
export type TokenAuthentication = {
  readonly auth_grant_type: string;
  readonly auth_provider: string;
  readonly auth_level: string;
  readonly issuer: string;
  readonly acr: string | null;
  readonly amr: readonly string[];
  readonly vot: string | null;
  readonly nhs_number: string | null;
  /** NHS number of the patient who acts for the subject. */
  readonly act: string | null;
};

/** In the words of the gateway, which shows them as diagnostics [IDENTITY 3.2]. */
export type AccessTokenFault =
  | 'Invalid access token'
  | 'Invalid Access Token'
  | 'Access Token expired'
  | 'SessionUridInvalid'
  | 'SessionUridMissing';

export type AccessTokenRequest = {
  readonly authorization: string | undefined;
  /** NHSD-Session-URID: which of the user's role profiles acts. */
  readonly roleProfile: string | undefined;
  readonly at: Date;
};

/** A promise only where the key has to be looked for. */
export type VerifyAccessToken = (request: AccessTokenRequest) => Verdict | Promise<Verdict>;

type Verdict = Result<Actor, AccessTokenFault>;

export const ISSUER = 'https://openspine.invalid/oauth2';
export const AUDIENCE = 'https://openspine.invalid/api';

const ALGORITHM = 'RS256'; // verifies fastest [PLATFORM 5]; the only one accepted, whatever a header says
const CACHE_TOKENS = 10_000;

export function signAccessToken(
  key: SigningKey,
  claims: AccessTokenClaims,
  at: Date,
  seconds = ACCESS_TOKEN_SECONDS,
): string {
  const sign = createSigner({ key: key.privateKey, kid: key.kid, algorithm: ALGORITHM });
  const iat = Math.floor(at.getTime() / 1000);
  const standard = { iss: ISSUER, aud: AUDIENCE, iat, exp: iat + seconds };
  return sign({ ...claims, ...standard, jti: crypto.randomUUID() });
}

/** Checks tokens here, without asking anybody: sign-in may be away [DESIGN D5]. */
export function accessTokenVerifier(
  ring: Pick<KeyRing, 'find' | 'look'>,
  revocations: Pick<Revocations, 'isRevoked'>,
): VerifyAccessToken {
  const signed = new Map<string, Signed>();
  const verifierOf = remembered(verifierWith);
  const judged = judge(revocations);
  return (request) => {
    const { authorization = '', at } = request;
    const seen = signed.get(authorization);
    if (seen !== undefined && ring.find(seen.kid, at) !== undefined) {
      return judged(seen.payload, request);
    }
    const [, token, signature] = SHAPE.exec(authorization) ?? [];
    if (token === undefined || signature === undefined) return fail('Invalid access token');
    const kid = hasOneSpelling(signature) ? keyIdOf(token) : '';
    const verdict = (key: SigningKey | undefined): Verdict => {
      const payload = key === undefined ? null : verified(verifierOf(key), token);
      if (payload === null) return fail('Invalid Access Token');
      remember(signed, authorization, { kid, payload });
      return judged(payload, request);
    };
    if (kid === '') return fail('Invalid Access Token');
    const key = ring.find(kid, at);
    return key === undefined ? ring.look(kid, at).then(verdict) : verdict(key);
  };
}

/** What a token says whose signature is ours, and the key that made it. */
type Signed = { readonly kid: string; readonly payload: Payload };

/** Under the header as it came: finding it again costs less than any digest of it. The oldest is forgotten. */
function remember(signed: Map<string, Signed>, authorization: string, token: Signed): void {
  const [oldest] = signed.size < CACHE_TOKENS ? [] : signed.keys();
  if (oldest !== undefined) signed.delete(oldest);
  signed.set(authorization, token);
}

function remembered(make: (key: SigningKey) => Verifier): (key: SigningKey) => Verifier {
  const made = new Map<string, Verifier>();
  return (key) => {
    const verifier = made.get(key.kid) ?? make(key);
    made.set(key.kid, verifier);
    return verifier;
  };
}

function verifierWith(key: SigningKey): Verifier {
  return createVerifier({
    key: key.publicKey,
    algorithms: [ALGORITHM],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    // A claim that is not there is not compared: issuer and audience must be.
    requiredClaims: ['iss', 'aud', 'iat', 'exp', 'sub', 'scope', 'sid', 'jti'],
    // Expiry is checked against the clock that was handed in.
    ignoreExpiration: true,
    ignoreNotBefore: true,
  });
}

type Judge = (payload: Payload, request: AccessTokenRequest) => Verdict;

/** What is true now, of a token that was signed by us. */
function judge({ isRevoked }: Pick<Revocations, 'isRevoked'>): Judge {
  return (payload, { at, roleProfile }) => {
    const now = at.getTime() / 1000;
    const { iat, exp } = payload;
    if (exp + CLOCK_TOLERANCE_S < now) return fail('Access Token expired');
    if (iat > now + CLOCK_TOLERANCE_S) return fail('Invalid Access Token');
    const { sid, jti, sub, client } = payload;
    const isEnded =
      isRevoked('session', sid, iat, now) ||
      isRevoked('token', jti, iat, now) ||
      isRevoked('user', sub, iat, now) ||
      (client !== null && isRevoked('client', client, iat, now));
    if (isEnded) return fail('Invalid Access Token');
    const roles = payload.roles.filter(
      ({ id, until }) => (until === undefined || now < until) && !isRevoked('role', id, iat, now),
    );
    return actorOf(payload, roles, roleProfile);
  };
}

const SHAPE = /^Bearer ([\w-]+\.[\w-]+\.([\w-]+))$/;

/** The last letter has bits to spare: one token could be spelt in several ways. */
function hasOneSpelling(signature: string): boolean {
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

type Payload = AccessTokenClaims & {
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
};
type Verifier = (token: string) => unknown;

function verified(verify: Verifier, token: string): Payload | null {
  try {
    const payload = verify(token);
    return isPayload(payload) ? payload : null;
  } catch {
    return null; // the library throws for every fault of a token
  }
}

/** What the header names; empty when it names none. */
function keyIdOf(token: string): string {
  try {
    const header: unknown = JSON.parse(
      Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString(),
    );
    const kid = typeof header === 'object' && header !== null && 'kid' in header ? header.kid : '';
    return typeof kid === 'string' ? kid : '';
  } catch {
    return '';
  }
}

function isPayload(payload: unknown): payload is Payload {
  if (typeof payload !== 'object' || payload === null) return false;
  const has = (name: string, type: string): boolean =>
    name in payload && typeof Reflect.get(payload, name) === type;
  return (
    has('auth_type', 'string') &&
    has('jti', 'string') &&
    has('sub', 'string') &&
    has('scope', 'string') &&
    has('sid', 'string') &&
    has('exp', 'number') &&
    has('iat', 'number') &&
    'roles' in payload &&
    Array.isArray(payload.roles)
  );
}

function actorOf(
  payload: Payload,
  roles: readonly TokenRole[],
  wanted: string | undefined,
): Verdict {
  const { sub, asid, sid: session, authentication } = payload;
  const { client: id, sha1: isOld } = payload;
  const common = {
    asid,
    session,
    scopes: new Set(payload.scope.split(' ')),
    application: { id, prepareAlgorithm: isOld ? ('RS1' as const) : ('RS256' as const) },
    patient: authentication?.nhs_number ?? null,
    vot: authentication?.vot ?? null,
  };
  if (payload.auth_type === 'app') {
    return ok({
      ...common,
      userId: null,
      roleProfile: null,
      role: null,
      organisation: payload.organisation,
    });
  }
  if (wanted === undefined && roles.length > 1) return fail('SessionUridMissing');
  const role = wanted === undefined ? roles[0] : roles.find((one) => one.id === wanted);
  if (wanted !== undefined && role === undefined) return fail('SessionUridInvalid');
  return ok({
    ...common,
    userId: sub,
    roleProfile: role?.id ?? null,
    role: role === undefined ? null : { jobRole: role.job, activities: role.activities },
    organisation: role?.organisation ?? null,
  });
}
