/** A refusal in OAuth's form. */
export type OAuthError = {
  readonly status: number;
  readonly error: string;
  readonly description: string;
};

export function refusal(status: number, error: string, description: string): OAuthError {
  return { status, error, description };
}

export const invalidRequest = (status: number, description: string): OAuthError =>
  refusal(status, 'invalid_request', description);

/** Every text that does not depend on the request, once [IDENTITY 3.2]. */
export const ERRORS = {
  ClientIdMissing: invalidRequest(401, 'client_id is missing'),
  ClientUnknownAtAuthorize: invalidRequest(401, 'client_id is invalid'),
  ClientUnknown: refusal(401, 'invalid_client', 'client_id or client_secret is invalid'),
  SecretMissing: invalidRequest(401, 'client_secret is missing'),
  SecretWrong: refusal(401, 'invalid_client', 'client_id or client_secret is invalid'),
  RedirectMissing: invalidRequest(400, 'redirect_uri is missing'),
  RedirectWrong: invalidRequest(400, 'redirect_uri is invalid'),
  CodeMissing: invalidRequest(400, 'authorization_code is missing'),
  CodeInvalid: refusal(400, 'invalid_grant', 'authorization_code is invalid'),
  VerifierWrong: refusal(400, 'invalid_grant', 'code_verifier is invalid'),
  RefreshMissing: invalidRequest(400, 'refresh_token is missing'),
  RefreshInvalid: refusal(401, 'invalid_grant', 'refresh_token is invalid'),
  RefreshOver: refusal(401, 'invalid_grant', 'refresh token refresh period has expired'),
  GrantMissing: invalidRequest(400, 'grant_type is missing'),
  GrantUnsupported: refusal(400, 'unsupported_grant_type', 'grant_type is invalid'),
  ContentType: invalidRequest(415, 'Content-Type header must be application/x-www-form-urlencoded'),
  NoScope: refusal(
    401,
    'unauthorized_client',
    'you have tried to request authorization but your application is not configured to use this authorization grant type',
  ),
  AppNotApproved: refusal(
    401,
    'access_denied',
    'The developer app associated with the API key is not approved or revoked',
  ),
  CompanyInactive: refusal(
    401,
    'access_denied',
    'The company associated with the developer app that has the API key you are using has an inactive status',
  ),
  DeveloperInactive: refusal(
    401,
    'access_denied',
    'The developer who created the developer app that has the API key you are using has an inactive status',
  ),
  NotSubscribed: refusal(
    401,
    'access_denied',
    'API Key supplied does not have access to this resource. Please check the API Key you are using belongs to an app which has sufficient access to access this resource.',
  ),
  StateInvalid: invalidRequest(400, 'Invalid state parameter.'),
  IdTokenAudience: invalidRequest(400, "Invalid 'aud' claim in external ID token JWT"),
  IdTokenIssuer: invalidRequest(400, 'Invalid iss claim in external ID token JWT'),
  IdTokenNonce: invalidRequest(400, "Invalid 'nonce' claim in external ID token JWT"),
  IdTokenTime: invalidRequest(400, "Invalid 'exp' claim in external ID token JWT"),
  IdTokenAge: invalidRequest(400, "Invalid 'auth_time' claim in external ID token JWT"),
  IdTokenSignature: invalidRequest(400, 'Invalid signature of external ID token JWT'),
  NotFound: invalidRequest(404, 'Not Found'),
  NotCombined: invalidRequest(
    400,
    'The Userinfo endpoint is only supported for Combined Auth integrations. Currently this is only for NHS CIS2 authentications - for more guidance see https://digital.nhs.uk/developer/guides-and-documentation/security-and-authorisation/user-restricted-restful-apis-nhs-cis2-combined-authentication-and-authorisation',
  ),
  StatusKey: refusal(401, 'Access Denied', 'Invalid api key for _status monitoring endpoint'),
  NotAllowedHere: refusal(403, 'access_denied', 'Access Denied'),
  TooMany: refusal(429, 'too_many_requests', 'Too many requests. Try again later.'),
  SessionUnknown: refusal(501, 'not_implemented', 'SID not found'),
  LogoutFailed: refusal(501, 'not_implemented', 'Logout Failed'),
} as const satisfies Record<string, OAuthError>;

/** Anything else [IDENTITY 3.2]. */
export function unknownError(status: number, messageId: string): OAuthError {
  const help = 'https://digital.nhs.uk/developer/help-and-support';
  const text = `An unknown error occurred processing this request. Contact us for assistance diagnosing this issue: ${help} quoting Message ID`;
  return refusal(status, 'unknown_error', `${text} ${messageId}`);
}
