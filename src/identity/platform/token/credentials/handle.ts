import type { Result } from '../../../../kernel/result.ts';
import type { Form } from '../../answer/index.ts';
import type { OAuthError } from '../../answer/oauth-error.ts';
import type { Face } from '../../parts/index.ts';
import { assertedClient } from '../assertion/handle.ts';
import { issueForApplication, type TokenAnswer } from '../perform.ts';

/** `client_credentials`: a token for the application itself [IDENTITY 3.2]. */
export async function credentials(
  face: Face,
  field: Form,
): Promise<Result<TokenAnswer, OAuthError>> {
  const client = await assertedClient(face, field);
  return client.ok ? issueForApplication(face, client.value, field) : client;
}
