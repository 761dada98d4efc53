import { invalidRequest, type OAuthError, refusal } from './answer/oauth-error.ts';
import { isIssuer } from './id-token.ts';
import { audienceOf, type Claims, textClaim } from './jwt.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

export const LOGOUT_ERRORS = {
  Malformed: refusal(400, 'bad_request', 'Malformed JWT in logout_token'),
  Unverified: refusal(400, 'bad_request', 'Unable to verify JWT'),
} as const;

/** What a log-out token must say, in order [IDENTITY 3.2]. */
export function logoutFault(
  claims: Claims,
  { issuer, clientId }: { readonly issuer: string; readonly clientId: string },
): OAuthError | null {
  if (!audienceOf(claims).includes(clientId)) {
    return invalidRequest(400, 'Missing/invalid aud claim in JWT');
  }
  if (!isIssuer(claims, issuer)) return invalidRequest(400, 'Missing/invalid iss claim in JWT');
  if ((textClaim(claims, 'sid') ?? '') === '') {
    return invalidRequest(400, 'Missing sid claim in JWT');
  }
  const { events } = claims;
  const isLogout = typeof events === 'object' && events !== null && Object.hasOwn(events, EVENT);
  if (!isLogout) return invalidRequest(400, 'Missing/invalid events claim in JWT');
  return claims['nonce'] === undefined
    ? null
    : invalidRequest(400, 'Prohibited nonce claim in JWT');
}
