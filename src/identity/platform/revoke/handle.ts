import type { HttpRequest, HttpResponse } from '../../../platform/http.ts';
import { findClient } from '../../clients/repository.ts';
import { endSessions } from '../../sessions/index.ts';
import { readForm, refused } from '../answer/index.ts';
import { ERRORS, invalidRequest } from '../answer/oauth-error.ts';
import { readJwt, textClaim } from '../jwt.ts';
import type { Face } from '../parts/index.ts';
import { findRefreshToken, revokeAccessToken } from '../repository.ts';
import { withSecret } from '../token/client-secret.ts';

/** POST /revoke: an application gives a token back (RFC 7009). A refresh token takes its session with it. */
export async function revoke(face: Face, request: HttpRequest): Promise<HttpResponse> {
  const form = readForm(request);
  if (!form.ok) return refused(ERRORS.ContentType);
  const field = form.value;
  const key = field('client_id');
  const found = key === null ? null : await findClient(face.database, key);
  const client = withSecret(found, { key, secret: field('client_secret') });
  if (!client.ok) return refused(client.error);
  const token = field('token');
  if (token === null) return refused(invalidRequest(400, 'token is missing'));
  const at = face.clock.securityNow();
  const refreshToken = await findRefreshToken(face.database, token);
  if (refreshToken !== null) {
    const isOwn = refreshToken.applicationKey === client.value.key;
    const which = { session: refreshToken.sessionId };
    if (isOwn) await endSessions(face.database, which, 'signed-out', at);
    return DONE;
  }
  const verified = await face.verify({
    authorization: `Bearer ${token}`,
    roleProfile: undefined,
    at,
  });
  const isOurs = verified.ok || verified.error === 'SessionUridMissing';
  const claims = isOurs ? (readJwt(token)?.claims ?? {}) : {};
  const jti = textClaim(claims, 'jti');
  if (jti !== null && claims['client'] === client.value.applicationId) {
    await revokeAccessToken(face.database, { jti, asid: client.value.asid, at });
  }
  return DONE;
}

/** Also for a token that nobody knows, or is not this application's: there is nothing more to do for it. */
const DONE: HttpResponse = { status: 200, headers: { 'Cache-Control': 'no-store' }, body: '' };
