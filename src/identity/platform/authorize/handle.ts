import { randomBytes } from 'node:crypto';

import type { HttpRequest, HttpResponse } from '../../../platform/http.ts';
import { findClient } from '../../clients/repository.ts';
import { broken, queryText, redirect, refused } from '../answer/index.ts';
import { ERRORS } from '../answer/oauth-error.ts';
import { admitted, knownRedirect } from '../client-check.ts';
import { type Face, type ProviderName, providerOf } from '../parts/index.ts';
import { keepRequest } from '../repository.ts';

const REQUEST_MS = 900_000; // somebody finds their card, types, chooses a role
const MAX_AGE_S = '300'; // [IDENTITY 3.2]
const STATE_MAX = 2_000;

/** GET /authorize: sends the user to the identity provider [IDENTITY 3.2]. */
export async function authorize(face: Face, request: HttpRequest): Promise<HttpResponse> {
  const field = (name: string): string | null => queryText(request, name);
  const key = field('client_id');
  if (key === null) return refused(ERRORS.ClientIdMissing);
  const known = await findClient(face.database, key);
  const client = admitted(known, ERRORS.ClientUnknownAtAuthorize);
  if (!client.ok) return refused(client.error);
  const redirectUri = knownRedirect(client.value, field('redirect_uri'));
  if (!redirectUri.ok) return refused(redirectUri.error);
  const problem = requestProblem(field);
  if (problem !== null) return redirect(redirectUri.value, problem);
  const name: ProviderName = field('scope') === 'nhs-login' ? 'nhs-login' : 'nhs-cis2';
  const provider = providerOf(face, name);
  if (provider === null) {
    const event = 'identity-provider-not-configured';
    return broken(500, (requestId) => face.log({ event, requestId, outcome: name }));
  }
  const state = randomBytes(27).toString('base64url'); // 216 bits, 36 characters
  const nonce = randomBytes(16).toString('base64url');
  const callback = `${face.publicUrls[0]}${face.base}/callback`;
  await keepRequest(face.database, {
    state,
    nonce,
    callback,
    base: face.base,
    provider: name,
    applicationKey: client.value.key,
    redirectUri: redirectUri.value,
    clientState: field('state') ?? '',
    codeChallenge: field('code_challenge'),
    expiresAt: new Date(face.clock.securityNow().getTime() + REQUEST_MS),
  });
  return redirect(provider.authorizationEndpoint, {
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: callback,
    state,
    nonce,
    max_age: MAX_AGE_S,
    ...(name === 'nhs-login'
      ? { scope: 'openid profile' }
      : {
          scope: 'openid nationalrbacaccess',
          acr_values: field('acr_values') ?? 'AAL3_ANY',
        }),
  });
}

/** What is wrong with a request of an application that is known, told to the application. */
function requestProblem(
  field: (name: string) => string | null,
): Readonly<Record<string, string>> | null {
  const state = field('state');
  const invalid = (description: string, error = 'invalid_request'): Record<string, string> => ({
    error,
    error_description: description,
    ...(state === null ? {} : { state }),
  });
  if (state === null) return invalid('state is missing');
  if (state.length > STATE_MAX || state.includes('\0')) {
    return { error: 'invalid_request', error_description: 'state is invalid' };
  }
  const responseType = field('response_type');
  if (responseType === null) return invalid('response_type is missing');
  if (responseType !== 'code') {
    return invalid('response_type is invalid', 'unsupported_response_type');
  }
  const challenge = field('code_challenge');
  const method = field('code_challenge_method');
  if (challenge === null) return method === null ? null : invalid('code_challenge is missing');
  // A challenge that is the verifier protects nothing: `plain`, also by default, is refused [RELIABILITY 7.4].
  if (method !== 'S256') return invalid('code_challenge_method is invalid');
  return /^[\w-]{43}$/.test(challenge) ? null : invalid('code_challenge is invalid');
}
