import { fail, ok, type Result } from '../../kernel/result.ts';
import { type Client, clientFault, type ClientFault } from '../clients/client.ts';
import { ERRORS, type OAuthError } from './answer/oauth-error.ts';

const FAULTS: Readonly<Record<ClientFault, OAuthError>> = {
  AppNotApproved: ERRORS.AppNotApproved,
  CompanyInactive: ERRORS.CompanyInactive,
  DeveloperInactive: ERRORS.DeveloperInactive,
  NotSubscribed: ERRORS.NotSubscribed,
};

/** An application that is known, and may go on as it is [IDENTITY 3.2]. */
export function admitted<Known extends Client>(
  client: Known | null,
  unknown: OAuthError,
): Result<Known, OAuthError> {
  if (client === null) return fail(unknown);
  const fault = clientFault(client);
  return fault === null ? ok(client) : fail(FAULTS[fault]);
}

/** An address to send a browser back to: one of the application's own, letter by letter. */
export function knownRedirect(client: Client, uri: string | null): Result<string, OAuthError> {
  if (uri === null) return fail(ERRORS.RedirectMissing);
  return client.redirectUris.includes(uri) ? ok(uri) : fail(ERRORS.RedirectWrong);
}
