import { fail, ok, type Result } from '../../kernel/result.ts';
import { invalidRequest, type OAuthError, refusal } from './answer/oauth-error.ts';
import { audienceOf, type Claims, readJwt, textClaim } from './jwt.ts';

export const ID_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:id_token';
const IN = 'subject_token JWT';
const ACT = 'act.sub JWT';

const bad = (description: string): Result<never, OAuthError> =>
  fail(invalidRequest(400, description));

export const SUBJECT_ERRORS = {
  TypeWrong: invalidRequest(
    400,
    `missing or invalid subject_token_type - must be '${ID_TOKEN_TYPE}'`,
  ),
  IssuerUnknown: invalidRequest(400, `Missing or non-matching 'iss' claim in ${IN}`),
  AudienceUnknown: invalidRequest(401, `Invalid 'aud' claim in ${IN}`),
  KeyUnknown: invalidRequest(401, `Invalid 'kid' header in ${IN} - no matching public key`),
  SignatureWrong: refusal(401, 'public_key error', 'JWT signature verification failed'),
} as const;

/** The identity token of an exchange, in the order of its table; not yet who signed it [IDENTITY 3.2, Subject token]. */
export function readSubjectToken(
  token: string | null,
  at: Date,
): Result<
  { readonly token: string; readonly issuer: string; readonly claims: Claims },
  OAuthError
> {
  if (token === null) return bad('Missing subject_token');
  const jwt = readJwt(token);
  if (jwt === null) return bad('Malformed JWT in subject_token');
  const { header, claims } = jwt;
  if ((textClaim(header, 'kid') ?? '') === '') return bad(`Missing 'kid' header in ${IN}`);
  if (textClaim(header, 'typ')?.toUpperCase() !== 'JWT') {
    return bad(`Invalid 'typ' header in ${IN} - must be 'JWT'`);
  }
  if ((textClaim(header, 'alg') ?? '') === '') return bad(`Missing 'alg' header in ${IN}`);
  const { exp } = claims;
  if (exp === undefined) return bad(`Missing 'exp' claim in ${IN}`);
  if (typeof exp !== 'number' || !Number.isInteger(exp)) {
    return bad(`Invalid 'exp' claim in ${IN} - must be an integer`);
  }
  if (exp < at.getTime() / 1000) return bad(`Invalid 'exp' claim in ${IN} - JWT has expired`);
  const issuer = textClaim(claims, 'iss') ?? '';
  if (issuer === '') return bad(`Missing 'iss' claim in ${IN}`);
  if (audienceOf(claims).length === 0) {
    return fail(invalidRequest(401, `Missing 'aud' claim in ${IN}`));
  }
  return ok({ token, issuer, claims });
}

/** Of a patient for whom somebody else acts: the token of that other, in `act.sub`; null when nobody does. */
export function readActor(claims: Claims): Result<string | null, OAuthError> {
  const act: unknown = claims['act'];
  const isThere = claims['nhs_number'] !== undefined && typeof act === 'object' && act !== null;
  const sub: unknown = isThere && 'sub' in act ? act.sub : undefined;
  if (sub === undefined) return ok(null);
  const jwt = typeof sub === 'string' ? readJwt(sub) : null;
  if (jwt === null) return bad('Malformed JWT in act.sub');
  for (const name of ['kid', 'typ', 'alg']) {
    if ((textClaim(jwt.header, name) ?? '') === '')
      return bad(`Missing '${name}' header in ${ACT}`);
  }
  const { exp } = jwt.claims;
  if (exp === undefined) return bad(`Missing 'exp' claim in ${ACT}`);
  if (typeof exp !== 'number') return bad(`Invalid 'exp' claim in ${ACT} - must be an integer`);
  for (const name of ['iss', 'aud', 'nhs_number']) {
    if (jwt.claims[name] === undefined) return bad(`Missing '${name}' claim in ${ACT}`);
  }
  return ok(textClaim(jwt.claims, 'nhs_number'));
}
