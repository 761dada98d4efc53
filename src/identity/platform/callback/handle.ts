import { randomBytes } from 'node:crypto';

import type { HttpRequest, HttpResponse } from '../../../platform/http.ts';
import { findClient } from '../../clients/repository.ts';
import { startSession } from '../../sessions/index.ts';
import { broken, queryText, redirect, refused } from '../answer/index.ts';
import { ERRORS } from '../answer/oauth-error.ts';
import { admitted } from '../client-check.ts';
import { authenticationFacts, idTokenFault, subjectOf } from '../id-token.ts';
import { type Claims, readJwt, textClaim } from '../jwt.ts';
import { authProvider, type Face, providerOf } from '../parts/index.ts';
import type { Provider, ProviderTokens } from '../provider/index.ts';
import { type AuthorizationRequest, keepCode, takeRequest } from '../repository.ts';

const CODE_MS = 300_000; // [IDENTITY 3.2]
const USERINFO_MS = 43_200_000; // as long as the session

/** GET /callback: the user is back from the identity provider, and goes on to the application [IDENTITY 3.2]. */
export async function callback(face: Face, request: HttpRequest): Promise<HttpResponse> {
  const at = face.clock.securityNow();
  const state = queryText(request, 'state') ?? '';
  const wanted = STATE.test(state) ? await takeRequest(face.database, state, face.base, at) : null;
  if (wanted === null) return refused(ERRORS.StateInvalid);
  const code = queryText(request, 'code');
  if (code === null) return redirect(wanted.redirectUri, providersRefusal(request, wanted));
  const provider = providerOf(face, wanted.provider);
  const tokens = provider === null ? null : await provider.exchange(code, wanted.callback);
  if (provider === null || tokens === null || !tokens.ok) return noAnswer(face, wanted.provider);
  return signedIn(face, wanted, provider, tokens.value);
}

const STATE = /^[\w-]{36}$/;

/** The provider did not sign the user in: the application learns why, in the words of the standard only. */
function providersRefusal(
  request: HttpRequest,
  { clientState }: AuthorizationRequest,
): Record<string, string> {
  const error = queryText(request, 'error') ?? '';
  return {
    error: /^[a-z_]{1,40}$/.test(error) ? error : 'server_error',
    error_description: 'the identity provider did not sign the user in',
    state: clientState,
  };
}

function noAnswer(face: Face, outcome: string): HttpResponse {
  const event = 'identity-provider-broken';
  return broken(500, (requestId) => face.log({ event, requestId, outcome }));
}

async function signedIn(
  face: Face,
  wanted: AuthorizationRequest,
  provider: Provider,
  { idToken, userinfo }: ProviderTokens,
): Promise<HttpResponse> {
  const at = face.clock.securityNow();
  const claims: Claims = readJwt(idToken)?.claims ?? {};
  const { issuer, clientId: audience } = provider;
  const fault = idTokenFault(claims, { issuer, audience, nonce: wanted.nonce }, at);
  if (fault !== null) return refused(fault);
  const signature = await provider.checkSignature(idToken);
  if (!signature.ok && signature.error === 'KeysUnreachable') {
    return noAnswer(face, wanted.provider);
  }
  const subject = subjectOf(claims);
  const known = await findClient(face.database, wanted.applicationKey);
  const client = admitted(known, ERRORS.ClientUnknownAtAuthorize);
  if (!client.ok) return refused(client.error);
  if (!signature.ok || !subject.ok) return refused(ERRORS.IdTokenSignature);
  const session = await startSession(
    face,
    {
      kind: 'platform',
      userId: subject.value,
      provider: issuer,
      providerSession: textClaim(claims, 'sid'),
      applicationId: client.value.applicationId,
      card: textClaim(claims, 'card'),
      authentication: authenticationFacts(claims),
    },
    at,
  );
  const code = randomBytes(24).toString('base64url');
  await keepCode(face.database, code, {
    applicationKey: wanted.applicationKey,
    redirectUri: wanted.redirectUri,
    sessionId: session.id,
    authProvider: authProvider(face, wanted.provider),
    codeChallenge: wanted.codeChallenge,
    expiresAt: new Date(at.getTime() + CODE_MS),
    userinfo,
    userinfoUntil: new Date(at.getTime() + USERINFO_MS),
  });
  return redirect(wanted.redirectUri, { code, state: wanted.clientState });
}
