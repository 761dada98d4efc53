import { fail, type Result } from '../../../kernel/result.ts';
import type { Client } from '../../clients/client.ts';
import { ERRORS, type OAuthError } from '../answer/oauth-error.ts';
import { admitted } from '../client-check.ts';

type Known = Client & { isSecret(secret: string): boolean };

/** An application that says its key and its secret, in the order of the checks [IDENTITY 3.2]. */
export function withSecret<Found extends Known>(
  found: Found | null,
  given: { readonly key: string | null; readonly secret: string | null },
): Result<Found, OAuthError> {
  if (given.key === null) return fail(ERRORS.ClientIdMissing);
  const client = admitted(found, ERRORS.ClientUnknown);
  if (!client.ok) return client;
  if (given.secret === null) return fail(ERRORS.SecretMissing);
  return client.value.isSecret(given.secret) ? client : fail(ERRORS.SecretWrong);
}
