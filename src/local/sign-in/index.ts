import type { Cards, ProviderSettings } from '../../identity/index.ts';
import type { Database } from '../../platform/database.ts';
import type { HttpRoute } from '../../platform/http.ts';
import { seedCards } from '../cards.ts';
import { type MovableClock, openMovableClock } from '../movable-clock.ts';
import { TEST_PASSCODE } from '../personas.ts';
import { seedApplications, signInMaterial, type SignInMaterial } from './material.ts';
import { issuerOf, mockProviderRoutes, pathOf, type Realm } from './mock-provider.ts';

/** What a test installation has before anything else: its clock, its people with their cards, and who signs them in. */
export type Trial = {
  readonly database: Database;
  readonly clock: MovableClock;
  /** Of this datacentre. */
  readonly url: string;
  readonly material: SignInMaterial;
  /** Of every card. */
  readonly passcode: string;
  readonly providers: Readonly<Record<Realm, ProviderSettings>>;
  readonly routes: readonly HttpRoute[];
};

export async function openTrial(cards: Cards, url: string): Promise<Trial> {
  const { database } = cards;
  const clock = await openMovableClock(database);
  await seedCards(cards);
  await seedApplications(database);
  const material = await signInMaterial(database);
  const key = material.provider;
  return {
    database,
    clock,
    url,
    material,
    passcode: TEST_PASSCODE,
    providers: { cis2: settingsOf('cis2', url), nhsLogin: settingsOf('nhsLogin', url) },
    routes: mockProviderRoutes({ database, clock, key }),
  };
}

function settingsOf(realm: Realm, url: string): ProviderSettings {
  const base = `${url}${pathOf(realm)}`;
  return {
    issuer: issuerOf(realm),
    authorizationEndpoint: `${base}/auth`,
    tokenEndpoint: `${base}/token`,
    userinfoEndpoint: `${base}/userinfo`,
    jwksUri: `${base}/certs`,
    clientId: '999999999999.apps.national',
    clientSecret: 'not needed by a mock',
  };
}
