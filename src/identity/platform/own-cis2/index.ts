import type { Database } from '../../../platform/database.ts';
import { sharedSecret } from '../../../platform/secrets.ts';
import type { NewRelyingParty } from '../../cis2/relying-party.ts';
import { addRedirects } from '../../cis2/repository.ts';
import type { ProviderSettings } from '../provider/index.ts';

/** What the platform is called at the CIS2 face [IDENTITY 1.1]. */
const CLIENT_ID = '200000000000.apps.national';

export type OwnCis2 = {
  readonly issuer: string;
  /** Of this process: what is asked from behind is asked here, so that no site needs another. */
  readonly url: string;
  /** To which users come back; the first is told of log-outs too. */
  readonly publicUrls: readonly string[];
};

/** The installation's own CIS2 face as the platform's identity provider: the platform is one of its relying parties. */
export async function ownCis2(
  database: Database,
  { issuer, url, publicUrls }: OwnCis2,
): Promise<ProviderSettings> {
  const secret = (await sharedSecret(database, 'platform-at-cis2')).toString('hex');
  await addRedirects(database, partyOf(publicUrls, secret, publicUrls[0] ?? url), new Date());
  const behind = `${url}${new URL(issuer).pathname}`;
  return {
    issuer,
    authorizationEndpoint: `${issuer}/authorize`,
    tokenEndpoint: `${behind}/access_token`,
    userinfoEndpoint: `${behind}/userinfo`,
    jwksUri: `${behind}/connect/jwk_uri`,
    clientId: CLIENT_ID,
    clientSecret: secret,
  };
}

function partyOf(addresses: readonly string[], secret: string, publicUrl: string) {
  return {
    clientId: CLIENT_ID,
    name: 'API platform',
    secret,
    status: 'approved',
    metadata: {
      redirect_uris: addresses.map((one) => `${one}/oauth2/callback`),
      post_logout_redirect_uris: [],
      backchannel_logout_uri: `${publicUrl}/oauth2/backchannel_logout`,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code'],
      pkce_required: false,
    },
  } as const satisfies NewRelyingParty;
}
