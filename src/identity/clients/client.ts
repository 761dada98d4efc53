import { NO_PDS_GRANTS, type PdsGrants } from './grants.ts';
import type { PublicJwk } from './jwks.ts';

/** An application that the API platform knows [IDENTITY 1.1, 3.2]. */
export type Client = {
  readonly applicationId: string;
  readonly name: string;
  /** OAuth's client_id, 32 letters and digits. */
  readonly key: string;
  /** ODS code of its owner, for whom it acts without a user. */
  readonly organisation: string | null;
  readonly asid: string | null;
  readonly partyKey: string | null;
  readonly publicKeys: PublicKeys;
  readonly redirectUris: readonly string[];
  readonly products: readonly Product[];
  readonly settings: ClientSettings;
  readonly status: 'approved' | 'revoked';
  readonly developerStatus: 'active' | 'inactive';
  readonly companyStatus: 'active' | 'inactive';
};

export type PublicKeys =
  | { readonly kind: 'none' }
  | { readonly kind: 'hosted'; readonly keys: readonly PublicJwk[] }
  | { readonly kind: 'url'; readonly url: string };

/** An API that the application is subscribed to, with the scopes of that API. */
export type Product = { readonly name: string; readonly scopes: readonly string[] };

export type ClientSettings = {
  /** Requests for tokens a minute, of this application. */
  readonly rateLimitPerMinute: number;
  /** What `$prepare` lets its users sign with: RS1 only for systems that cannot do better [EPS-SIGNATURE 1]. */
  readonly prepareAlgorithm: 'RS1' | 'RS256';
  /** Where the signing service sends the browser back to; null: to the first of `redirectUris`. */
  readonly signingRedirectUri: string | null;
  readonly pds: PdsGrants;
};

export const DEFAULT_SETTINGS: ClientSettings = {
  rateLimitPerMinute: 600,
  prepareAlgorithm: 'RS256',
  signingRedirectUri: null,
  pds: NO_PDS_GRANTS,
};

/** Why an application that is known may not go on, in the order in which it is told [IDENTITY 3.2]. */
export type ClientFault =
  | 'AppNotApproved'
  | 'CompanyInactive'
  | 'DeveloperInactive'
  | 'NotSubscribed';

export function clientFault(client: Client): ClientFault | null {
  if (client.status !== 'approved') return 'AppNotApproved';
  if (client.companyStatus !== 'active') return 'CompanyInactive';
  if (client.developerStatus !== 'active') return 'DeveloperInactive';
  return client.products.length === 0 ? 'NotSubscribed' : null;
}

/** How the caller of a token was authenticated; scopes are kept that match it. */
export type Authentication =
  | { readonly by: 'application' }
  | { readonly by: 'nhs-cis2'; readonly assuranceLevel: string }
  | { readonly by: 'nhs-login'; readonly proofingLevel: string };

/** The scopes of an application that match how its caller was authenticated [IDENTITY 3.2, Scopes]. */
export function keptScopes({ products }: Client, authentication: Authentication): string[] {
  const all = products.flatMap(({ scopes }) => scopes);
  return [...new Set(all)].filter((scope) => matches(scope, authentication));
}

function matches(scope: string, authentication: Authentication): boolean {
  switch (authentication.by) {
    case 'application':
      return scope.startsWith('urn:nhsd:apim:app:level3:');
    case 'nhs-cis2':
      return (
        /^urn:nhsd:apim:user-nhs-(id|cis2):/.test(scope) &&
        scope.includes(`:aal${authentication.assuranceLevel}:`)
      );
    case 'nhs-login':
      return (
        scope.startsWith('urn:nhsd:apim:user-nhs-login:') &&
        scope.includes(`:${authentication.proofingLevel.slice(0, 2)}:`)
      );
  }
}
