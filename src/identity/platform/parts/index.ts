import type { Clock } from '../../../platform/clock.ts';
import type { Log } from '../../../platform/log.ts';
import type { VerifyAccessToken } from '../../access-token.ts';
import type { KeyRing } from '../../keys/index.ts';
import type { Limiter } from '../../rate-limit/index.ts';
import type { SessionStore } from '../../sessions/index.ts';
import type { ClientKeys } from '../client-keys/index.ts';
import type { Provider, TrustedIssuer } from '../provider/index.ts';

/** The platform's address, and its twin in front of the mock identity providers [IDENTITY 3.2]. */
export type PlatformBase = '/oauth2' | '/oauth2-mock';

/** Null: this installation has none. */
export type Providers = {
  readonly cis2: Provider | null;
  readonly nhsLogin: Provider | null;
  /** An NHS login to which we are unknown; for token exchange alone. */
  readonly patients: TrustedIssuer | null;
};

export type PlatformParts = SessionStore & {
  readonly clock: Clock;
  readonly keys: KeyRing;
  readonly verify: VerifyAccessToken;
  readonly log: Log;
  readonly version: string;
  /** Under which this installation is reached; the first is this process's own. */
  readonly publicUrls: readonly string[];
  readonly providers: Readonly<Record<PlatformBase, Providers>>;
  /** From which addresses a provider may end sessions. */
  readonly logoutFrom: readonly string[];
  readonly limiter: Limiter;
  readonly clientKeys: ClientKeys;
};

/** One of the two addresses, with all that it works with. */
export type Face = PlatformParts & { readonly base: PlatformBase };

export type ProviderName = 'nhs-cis2' | 'nhs-login';

export function providerOf({ providers, base }: Face, name: ProviderName): Provider | null {
  return name === 'nhs-cis2' ? providers[base].cis2 : providers[base].nhsLogin;
}

/** As the platform names it with a token: `apim-mock-…` behind the twin. */
export function authProvider({ base }: Face, name: ProviderName): string {
  return base === '/oauth2-mock' ? `apim-mock-${name}` : name;
}
