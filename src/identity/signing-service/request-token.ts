import { fail, ok, type Result } from '../../kernel/result.ts';
import { invalidRequest, type OAuthError, refusal } from '../platform/answer/oauth-error.ts';
import { readJwt, type ReadJwt, textClaim } from '../platform/jwt.ts';
import { IN } from './signature-request.ts';

/** The JWT of a signature request, before anything of it is proved. */
export type RequestToken = {
  readonly token: string;
  /** The application's key. */
  readonly issuer: string;
  /** The user who is to sign. */
  readonly subject: string;
  readonly jwt: ReadJwt;
};

const EXP_AHEAD_MAX_S = 610; // ten minutes [IDENTITY 3.2], and ten seconds for clocks that differ

const bad = (description: string): Result<never, OAuthError> =>
  fail(invalidRequest(400, description));

/** What can be seen without a key, in the order of a client assertion's checks. */
export function readRequestToken(token: string, at: Date): Result<RequestToken, OAuthError> {
  if (token === '') return bad(`Missing ${IN}`);
  const jwt = readJwt(token);
  if (jwt === null) return bad(`Malformed JWT in signature request`);
  const { header, claims } = jwt;
  const { exp } = claims;
  const now = at.getTime() / 1000;
  if (header['alg'] !== 'RS512') {
    return bad(`Invalid 'alg' header in ${IN} - unsupported JWT algorithm - must be 'RS512'`);
  }
  if (typeof exp === 'number' && exp < now) {
    return bad(`Invalid 'exp' claim in ${IN} - JWT has expired`);
  }
  if ((textClaim(header, 'kid') ?? '') === '') return bad(`Missing 'kid' header in ${IN}`);
  if (exp === undefined) return bad(`Missing 'exp' claim in ${IN}`);
  if (typeof exp !== 'number' || !Number.isInteger(exp)) {
    return bad(`Invalid 'exp' claim in ${IN} - must be an integer`);
  }
  if (exp > now + EXP_AHEAD_MAX_S) {
    return bad(`Invalid 'exp' claim in ${IN} - more than 10 minutes in future`);
  }
  const issuer = textClaim(claims, 'iss') ?? '';
  if (issuer === '') return bad(`Missing 'iss' claim in ${IN}`);
  const subject = textClaim(claims, 'sub') ?? '';
  if (subject === '') return bad(`Missing 'sub' claim in ${IN}`);
  return ok({ token, issuer, subject, jwt });
}

/** Every other refusal of the signing service, once; no public source has their texts. */
export const REFUSALS = {
  ContentType: invalidRequest(415, 'Content-Type header must be text/plain'),
  UserOnly: refusal(
    403,
    'access_denied',
    'The signing service can only be accessed using the user-restricted access mode.',
  ),
  MayNotSign: refusal(
    403,
    'access_denied',
    'The user has no role today in which prescriptions are signed (B0420, B0440 or B0058).',
  ),
  IssuerWrong: invalidRequest(401, `Invalid 'iss' claim in ${IN}`),
  SubjectWrong: invalidRequest(401, `Invalid 'sub' claim in ${IN} - not the user of the token`),
  NoPublicKey: refusal(
    403,
    'public_key error',
    'You need to register a public key to use this authentication method - please contact support to configure',
  ),
  KeysUnreachable: refusal(
    403,
    'public_key error',
    `The JWKS endpoint, for your ${IN} can't be reached`,
  ),
  KeyUnknown: invalidRequest(401, `Invalid 'kid' header in ${IN} - no matching public key`),
  SignatureWrong: refusal(401, 'public_key error', 'JWT signature verification failed'),
  AudienceWrong: invalidRequest(401, `Missing or invalid 'aud' claim in ${IN}`),
  StateTooLong: invalidRequest(400, 'state is too long'),
  NoReturn: invalidRequest(
    400,
    'Your application has no address to come back to - register a redirect URI',
  ),
  Unknown: invalidRequest(404, 'Unknown signature request'),
  // As RFC 8628 3.5 tells a device that waits for its user.
  Pending: refusal(400, 'authorization_pending', 'The user has not signed yet'),
  Refused: refusal(400, 'access_denied', 'The user does not want to sign'),
  Expired: refusal(400, 'expired_token', 'The signature request is older than 10 minutes'),
} as const satisfies Record<string, OAuthError>;

/** `Invalid value - '…' in header 'X-Request-ID'`, as everywhere on the platform [IDENTITY 3.2, Headers]. */
export function headerFault(name: string, value: string | undefined): OAuthError | null {
  if (value === undefined || ID.test(value)) return null;
  return invalidRequest(400, `Invalid value - '${value}' in header '${name}'`);
}

const ID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
