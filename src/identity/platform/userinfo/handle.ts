import type { HttpRequest, HttpResponse } from '../../../platform/http.ts';
import { gatewayFault, json, refused } from '../answer/index.ts';
import { ERRORS } from '../answer/oauth-error.ts';
import { readJwt } from '../jwt.ts';
import type { Face } from '../parts/index.ts';
import { findUserinfo } from '../repository.ts';

const FAULT_CODES: Readonly<Record<string, string>> = {
  'Invalid access token': 'oauth.v2.InvalidAccessToken',
  'Invalid Access Token': 'keymanagement.service.invalid_access_token',
  'Access Token expired': 'keymanagement.service.access_token_expired',
};

/** GET /userinfo: what CIS2 said of the user at sign-in; for combined authentication only [IDENTITY 3.2]. */
export async function userinfo(face: Face, request: HttpRequest): Promise<HttpResponse> {
  const { authorization } = request.headers;
  const at = face.clock.securityNow();
  const actor = await face.verify({ authorization, roleProfile: undefined, at });
  // A user with several roles need not choose one to see who they are.
  if (!actor.ok && actor.error !== 'SessionUridMissing') {
    return gatewayFault(actor.error, FAULT_CODES[actor.error] ?? 'oauth.v2.InvalidAccessToken');
  }
  const claims = readJwt(authorization?.slice('Bearer '.length) ?? '')?.claims ?? {};
  const { authentication, sid } = claims;
  const isCombined =
    typeof authentication === 'object' &&
    authentication !== null &&
    'auth_grant_type' in authentication &&
    authentication.auth_grant_type === 'authorization_code' &&
    'auth_provider' in authentication &&
    String(authentication.auth_provider).endsWith('nhs-cis2');
  if (!isCombined || typeof sid !== 'string') return refused(ERRORS.NotCombined);
  const known = await findUserinfo(face.database, sid);
  return known === null ? refused(ERRORS.NotCombined) : json(known);
}
