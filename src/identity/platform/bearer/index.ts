import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { HttpRequest, HttpResponse } from '../../../platform/http.ts';
import type { VerifyAccessToken } from '../../access-token.ts';
import { gatewayFault } from '../answer/index.ts';
import { type Claims, readJwt } from '../jwt.ts';

const FAULT_CODES: Readonly<Record<string, string>> = {
  'Invalid access token': 'oauth.v2.InvalidAccessToken',
  'Invalid Access Token': 'keymanagement.service.invalid_access_token',
  'Access Token expired': 'keymanagement.service.access_token_expired',
};

/** What the access token of a request says, in whatever role; else the gateway's answer [IDENTITY 3.2]. */
export async function bearerOf(
  verify: VerifyAccessToken,
  { headers: { authorization } }: Pick<HttpRequest, 'headers'>,
  at: Date,
): Promise<Result<Claims, HttpResponse>> {
  const actor = await verify({ authorization, roleProfile: undefined, at });
  // A user with several roles need not choose one.
  if (!actor.ok && actor.error !== 'SessionUridMissing') {
    return fail(
      gatewayFault(actor.error, FAULT_CODES[actor.error] ?? 'oauth.v2.InvalidAccessToken'),
    );
  }
  return ok(readJwt(authorization?.slice('Bearer '.length) ?? '')?.claims ?? {});
}
