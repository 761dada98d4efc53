import type { Cards, IdentityParts } from './identity/index.ts';
import type { Trial } from './local/index.ts';
import type { Config } from './platform/config.ts';
import type { HttpRoute } from './platform/http.ts';
import { type Spine, timeOf } from './prescriptions/index.ts';

const NONE = { cis2: null, nhsLogin: null, patients: null };

/** In a test installation the mock identity providers stand behind both addresses of the platform. */
export function providersOf(
  { patientIssuer: patients }: Config,
  trial: Trial | null,
): IdentityParts['providers'] {
  if (trial === null) return { main: { cis2: 'own', nhsLogin: null, patients }, mock: NONE };
  const mocks = { ...trial.providers, patients: null };
  return { main: mocks, mock: mocks };
}

/** Loaded in test mode only: live, the code is not even in the process. */
export async function openTrial(cards: Cards, url: string): Promise<Trial> {
  const local = await import('./local/index.ts');
  return local.openTrial(cards, url);
}

export type Local = {
  readonly routes: readonly HttpRoute[];
  readonly probe: (stopping?: AbortSignal) => Promise<void>;
  /** What is real and what is not. */
  readonly environment: () => string;
};

export async function openLocal(config: Config, spine: Spine, trial: Trial): Promise<Local> {
  const { localRoutes, probe } = await import('./local/index.ts');
  const { clock } = trial;
  const parts = {
    ...trial,
    ...timeOf(spine),
    datacentre: config.datacentre,
    seedOf: { databaseUrl: config.databaseUrl, folder: config.testSystems },
    spineParty: config.spineParty,
  };
  return {
    routes: localRoutes(parts),
    probe: (stopping) => probe(parts, stopping),
    environment: () => `test; signing=real; clock=${clock.read().real ? 'real' : 'shifted'}`,
  };
}
