import { JsonReader, repeatedIn } from '../../kernel/json-reader.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseJwks } from '../clients/jwks.ts';

/** An application that signs its users in through the CIS2 face [IDENTITY 3.1]. */
export type RelyingParty = {
  /** 12 digits and `.apps.national`. */
  readonly clientId: string;
  readonly name: string;
  readonly secretDigest: string | null;
  readonly metadata: Metadata;
  readonly status: 'approved' | 'revoked';
};

export type NewRelyingParty = Omit<RelyingParty, 'secretDigest'> & {
  readonly secret: string | null;
};

/** In the words of OpenID Connect, as the Connection Manager asks for them. */
export type Metadata = {
  readonly redirect_uris: readonly string[];
  readonly post_logout_redirect_uris: readonly string[];
  readonly backchannel_logout_uri?: string;
  readonly token_endpoint_auth_method: AuthMethod;
  readonly token_endpoint_auth_signing_alg?: SigningAlgorithm;
  readonly jwks?: { readonly keys: readonly object[] };
  readonly jwks_uri?: string;
  readonly userinfo_signed_response_alg?: 'RS256';
  readonly grant_types: readonly ('authorization_code' | 'refresh_token')[];
  /** No code without PKCE. Every application may use it; ours have to. */
  readonly pkce_required: boolean;
};

const AUTH_METHODS = ['client_secret_post', 'client_secret_basic', 'private_key_jwt'] as const;
type AuthMethod = (typeof AUTH_METHODS)[number];
const SIGNING_ALGORITHMS = ['RS512', 'RS256', 'PS256', 'ES256'] as const;
type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];
const CLIENT_ID = /^\d{12}\.apps\.national$/; // [IDENTITY 1.1]
const NAME = /^[\w .()-]{1,80}$/;
const SECRET = /^[\x21-\x7e]{16,128}$/;
/** Compared by the letter later on, so that only its shape matters here. */
const WEB_URL = /^https?:\/\/[^\s#\\]+$/;
const URL_WORDS = 'an http or https URL without fragment';

/** Reads `{"relyingParties": […]}`; all problems at once. Described in docs/reference/relying-party-file.md. */
export function parseRelyingPartyFile(
  value: unknown,
): Result<NewRelyingParty[], readonly string[]> {
  const problems: string[] = [];
  const from = new JsonReader(value, '', problems);
  const parties = from.each('relyingParties', readParty);
  from.done();
  const twice = repeatedIn(parties.map(({ clientId }) => clientId));
  if (twice !== undefined) problems.push(`clientId "${twice}" is there twice`);
  if (parties.length === 0) problems.push('relyingParties must name at least one');
  return problems.length === 0 ? ok(parties) : fail(problems);
}

function readParty(from: JsonReader): NewRelyingParty {
  const authMethod = from.one('authMethod', AUTH_METHODS, 'client_secret_post');
  const isKeyed = authMethod === 'private_key_jwt';
  const backchannel = from.optionalText('backchannelLogoutUri', WEB_URL, URL_WORDS);
  const party: NewRelyingParty = {
    clientId: from.text('clientId', CLIENT_ID, '12 digits and .apps.national'),
    name: from.text('name', NAME, 'up to 80 letters, digits, blanks, . ( ) _ -'),
    secret: isKeyed ? null : from.text('secret', SECRET, '16 to 128 visible characters'),
    status: from.one('status', ['approved', 'revoked'], 'approved'),
    metadata: {
      redirect_uris: from.texts('redirectUris', WEB_URL, URL_WORDS),
      post_logout_redirect_uris: from.texts('postLogoutRedirectUris', WEB_URL, URL_WORDS),
      ...(backchannel === null ? {} : { backchannel_logout_uri: backchannel }),
      token_endpoint_auth_method: authMethod,
      ...(isKeyed ? keysOf(from) : {}),
      ...(from.isTrue('signedUserinfo') ? { userinfo_signed_response_alg: 'RS256' } : {}),
      grant_types: from.isTrue('refresh')
        ? ['authorization_code', 'refresh_token']
        : ['authorization_code'],
      pkce_required: from.isTrue('pkceRequired'),
    },
  };
  const redirects = from.value('redirectUris') ?? [];
  if (Array.isArray(redirects) && redirects.length === 0) {
    from.problem('redirectUris', 'must name one');
  }
  from.done();
  return party;
}

function keysOf(from: JsonReader): Partial<Metadata> {
  const jwks = from.value('jwks');
  const uri = from.optionalText('jwksUri', WEB_URL, URL_WORDS);
  // Keys that stand in the file are for RS512, as those of the API platform.
  const algorithms: readonly SigningAlgorithm[] = uri === null ? ['RS512'] : SIGNING_ALGORITHMS;
  const algorithm = from.one('jwksSigningAlgorithm', algorithms, 'RS512');
  const signing = { token_endpoint_auth_signing_alg: algorithm };
  if ((jwks === undefined) === (uri === null)) {
    from.problem('jwks', 'or jwksUri: give one of them');
    return signing;
  }
  if (uri !== null) return { ...signing, jwks_uri: uri };
  const keys = parseJwks(jwks);
  if (keys.ok) return { ...signing, jwks: { keys: keys.value } };
  from.problem('jwks', keys.error);
  return signing;
}
