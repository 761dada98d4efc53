import type { Config } from '../../../platform/config.ts';
import type { Database } from '../../../platform/database.ts';
import { ownCis2 } from '../own-cis2/index.ts';
import type { PlatformParts, Providers } from '../parts/index.ts';
import { openProvider, openTrustedIssuer, type ProviderSettings } from '../provider/index.ts';

export type ProviderPair = {
  /** `own`: the CIS2 face of this installation. */
  readonly cis2: ProviderSettings | 'own' | null;
  readonly nhsLogin: ProviderSettings | null;
  readonly patients: Config['patientIssuer'];
};

export type FacesParts = {
  readonly database: Database;
  /** Of the CIS2 face, to the letter; null: there is none here. */
  readonly cis2Issuer: string | null;
  /** Of this process, and under which sign-in is reached. */
  readonly url: string;
  readonly publicUrls: readonly string[];
  /** Behind the platform's address, and behind its twin. */
  readonly providers: { readonly main: ProviderPair; readonly mock: ProviderPair };
};

/** The identity providers behind each address of the platform. */
export async function facesOf(parts: FacesParts): Promise<PlatformParts['providers']> {
  const { main, mock } = parts.providers;
  return {
    '/oauth2': await providersOf(parts, main),
    '/oauth2-mock': await providersOf(parts, mock),
  };
}

async function providersOf(
  { database, cis2Issuer: issuer, url, publicUrls }: FacesParts,
  { cis2, nhsLogin, patients }: ProviderPair,
): Promise<Providers> {
  const own = cis2 === 'own' && issuer !== null ? { issuer, url, publicUrls } : null;
  const settings = own === null ? cis2 : await ownCis2(database, own);
  return {
    cis2: settings === null || settings === 'own' ? null : openProvider(settings),
    nhsLogin: nhsLogin === null ? null : openProvider(nhsLogin),
    patients: patients === null ? null : openTrustedIssuer(patients),
  };
}
