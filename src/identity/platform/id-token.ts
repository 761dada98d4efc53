import { fail, ok, type Result } from '../../kernel/result.ts';
import type { AuthenticationFacts } from '../sessions/session.ts';
import { ERRORS, type OAuthError } from './answer/oauth-error.ts';
import { audienceOf, type Claims, levelClaim, textClaim } from './jwt.ts';

export type Expected = {
  readonly issuer: string;
  readonly audience: string;
  readonly nonce: string;
};

const AGE_MAX_S = 300; // the sign-in that was asked for with max_age [IDENTITY 3.2]
const CLOCK_TOLERANCE_S = 60;

/** Whether the token of a provider is of this sign-in: for us, from it, with our nonce, and fresh. */
export function idTokenFault(claims: Claims, expected: Expected, at: Date): OAuthError | null {
  if (!audienceOf(claims).includes(expected.audience)) return ERRORS.IdTokenAudience;
  if (!isIssuer(claims, expected.issuer)) return ERRORS.IdTokenIssuer;
  if (claims['nonce'] !== expected.nonce) return ERRORS.IdTokenNonce;
  const { auth_time: authTime, exp, iat } = claims;
  const now = at.getTime() / 1000;
  const isOver = typeof exp !== 'number' || exp < now - CLOCK_TOLERANCE_S;
  const isEarly = typeof iat === 'number' && iat > now + CLOCK_TOLERANCE_S;
  if (isOver || isEarly) return ERRORS.IdTokenTime;
  const earliest = now - AGE_MAX_S - CLOCK_TOLERANCE_S;
  return typeof authTime === 'number' && authTime < earliest ? ERRORS.IdTokenAge : null;
}

/** The platform compares issuers whatever their case [IDENTITY 3.1]. */
export function isIssuer(claims: Claims, issuer: string): boolean {
  return textClaim(claims, 'iss')?.toLowerCase() === issuer.toLowerCase();
}

/** What a token of CIS2 or NHS login says of how its subject was authenticated [IDENTITY 3.1]. */
export function authenticationFacts(claims: Claims): AuthenticationFacts {
  const { amr } = claims;
  return {
    acr: textClaim(claims, 'acr'),
    amr: Array.isArray(amr) ? amr.filter((one) => typeof one === 'string') : [],
    assuranceLevel: levelClaim(claims, 'authentication_assurance_level'),
    idAssuranceLevel: levelClaim(claims, 'id_assurance_level'),
    proofingLevel: textClaim(claims, 'identity_proofing_level'),
    vectorOfTrust: textClaim(claims, 'vot'),
    nhsNumber: textClaim(claims, 'nhs_number'),
    delegate: null,
  };
}

/** The claims that sign somebody in; a token without a subject signs in nobody. */
export function subjectOf(claims: Claims): Result<string, OAuthError> {
  const sub = textClaim(claims, 'sub');
  return sub === null || sub === '' ? fail(ERRORS.IdTokenSignature) : ok(sub);
}
