import { fail, type Result } from '../../../kernel/result.ts';
import type { HttpRequest, HttpResponse } from '../../../platform/http.ts';
import { broken, type Form, json, readForm, refused } from '../answer/index.ts';
import { ERRORS, type OAuthError } from '../answer/oauth-error.ts';
import { EXCHANGE } from '../assertion.ts';
import type { Face } from '../parts/index.ts';
import { ID_TOKEN_TYPE, SUBJECT_ERRORS } from '../subject-token.ts';
import { code } from './code/handle.ts';
import { credentials } from './credentials/handle.ts';
import { exchange } from './exchange/handle.ts';
import type { TokenAnswer } from './perform.ts';
import { refresh } from './refresh/handle.ts';

/** POST /token: the first flow that a request matches handles it [IDENTITY 3.2]. */
export async function token(face: Face, request: HttpRequest): Promise<HttpResponse> {
  const form = readForm(request);
  if (!form.ok) return refused(ERRORS.ContentType);
  const answer = await flow(face, form.value);
  if (answer.ok) return json(answer.value);
  if (answer.error !== 'ProviderBroken') return refused(answer.error);
  const event = 'identity-provider-broken';
  return broken(500, (requestId) => face.log({ event, requestId, outcome: 'keys' }));
}

type Answer = Result<TokenAnswer, OAuthError | 'ProviderBroken'>;

async function flow(face: Face, field: Form): Promise<Answer> {
  const grant = field('grant_type');
  const isIdToken = field('subject_token_type') === ID_TOKEN_TYPE;
  if (grant === 'client_credentials' && !isIdToken) return credentials(face, field);
  if (isIdToken) return exchange(face, field);
  if (grant === 'authorization_code') return code(face, field);
  if (grant === 'refresh_token') return refresh(face, field);
  if (grant === EXCHANGE) return fail(SUBJECT_ERRORS.TypeWrong);
  return fail(grant === null ? ERRORS.GrantMissing : ERRORS.GrantUnsupported);
}
