import type { HttpRequest, HttpResponse } from '../../../platform/http.ts';
import { json, refused } from '../answer/index.ts';
import { ERRORS } from '../answer/oauth-error.ts';
import { bearerOf } from '../bearer/index.ts';
import type { Face } from '../parts/index.ts';
import { findUserinfo } from '../repository.ts';

/** GET /userinfo: what CIS2 said of the user at sign-in; for combined authentication only [IDENTITY 3.2]. */
export async function userinfo(face: Face, request: HttpRequest): Promise<HttpResponse> {
  const bearer = await bearerOf(face.verify, request, face.clock.securityNow());
  if (!bearer.ok) return bearer.error;
  const { authentication, sid } = bearer.value;
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
