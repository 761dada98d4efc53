import { fail, ok, type Result } from '../../kernel/result.ts';
import { invalidRequest, type OAuthError, refusal } from './answer/oauth-error.ts';
import { readJwt, type ReadJwt, textClaim } from './jwt.ts';

/** What a client assertion says before anything of it is proved. */
export type Assertion = {
  readonly token: string;
  /** The application's key. */
  readonly issuer: string;
  readonly kid: string;
  readonly jti: string;
  /** Seconds since 1970. */
  readonly exp: number;
  readonly jwt: ReadJwt;
};

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const EXP_AHEAD_MAX_S = 310; // five minutes, and ten seconds for clocks that differ [IDENTITY 3.2, 12]
const CLOCK_ALLOWANCE_S = 10; // [IDENTITY 3.2, 18]

const bad = (description: string): Result<never, OAuthError> =>
  fail(invalidRequest(400, description));
const IN = 'client_assertion JWT';

export type AssertionForm = {
  readonly type: string | null;
  readonly token: string | null;
};

/** Checks 1 and 3 to 10, in their order [IDENTITY 3.2, Client assertion]. */
export function readAssertion(form: AssertionForm, at: Date): Result<Assertion, OAuthError> {
  if (form.type !== ASSERTION_TYPE) {
    return bad(`Missing or invalid client_assertion_type - must be '${ASSERTION_TYPE}'`);
  }
  if (form.token === null) return bad('Missing client_assertion');
  const jwt = readJwt(form.token);
  if (jwt === null) return bad('Malformed JWT in client_assertion');
  const { header, claims } = jwt;
  const { exp } = claims;
  if (header['alg'] !== 'RS512') {
    return bad(`Invalid 'alg' header in ${IN} - unsupported JWT algorithm - must be 'RS512'`);
  }
  if (typeof exp === 'number' && exp < at.getTime() / 1000) {
    return bad(`Invalid 'exp' claim in ${IN} - JWT has expired`);
  }
  const kid = textClaim(header, 'kid') ?? '';
  if (kid === '') return bad(`Missing 'kid' header in ${IN}`);
  if (textClaim(header, 'typ')?.toUpperCase() !== 'JWT') {
    return bad(`Invalid 'typ' header in ${IN} - must be 'JWT'`);
  }
  if (exp === undefined) return bad(`Missing 'exp' claim in ${IN}`);
  if (!isInteger(exp)) return bad(`Invalid 'exp' claim in ${IN} - must be an integer`);
  const issuer = textClaim(claims, 'iss') ?? '';
  if (issuer === '' || issuer !== claims['sub']) {
    return bad(`Missing or non-matching 'iss'/'sub' claims in ${IN}`);
  }
  const { jti } = claims;
  if (jti === undefined) return bad(`Missing 'jti' claim in ${IN}`);
  if (typeof jti !== 'string' || jti === '') {
    return bad(`Invalid 'jti' claim in ${IN} - must be a unique string value such as a GUID`);
  }
  return ok({ token: form.token, issuer, kid, jti, exp, jwt });
}

export const NOT_UNIQUE = invalidRequest(400, `Non-unique 'jti' claim in ${IN}`);

/** Check 12, which comes after it is known that the id is new. */
export function expTooFar({ exp }: Assertion, at: Date): OAuthError | null {
  const isTooFar = exp > at.getTime() / 1000 + EXP_AHEAD_MAX_S;
  return isTooFar
    ? invalidRequest(400, `Invalid 'exp' claim in ${IN} - more than 5 minutes in future`)
    : null;
}

/** Checks 13 to 18, which need the application and its keys. */
export const ASSERTION_ERRORS = {
  ApplicationUnknown: invalidRequest(401, `Invalid 'iss'/'sub' claims in ${IN}`),
  NoPublicKey: refusal(
    403,
    'public_key error',
    'You need to register a public key to use this authentication method - please contact support to configure',
  ),
  KeysUnreachable: refusal(
    403,
    'public_key error',
    "The JWKS endpoint, for your client_assertion can't be reached",
  ),
  KeyUnknown: invalidRequest(401, `Invalid 'kid' header in ${IN} - no matching public key`),
  SignatureWrong: refusal(401, 'public_key error', 'JWT signature verification failed'),
  AudienceWrong: invalidRequest(401, `Missing or invalid 'aud' claim in ${IN}`),
} as const;

/** Times that a signed assertion may say besides `exp`. */
export function isTooEarly({ jwt }: Assertion, at: Date): boolean {
  const latest = at.getTime() / 1000 + CLOCK_ALLOWANCE_S;
  return ['nbf', 'iat'].some((name) => {
    const value = jwt.claims[name];
    return typeof value === 'number' && value > latest;
  });
}

function isInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}
