import { parseConfig } from '../../platform/config.ts';
import type { Database } from '../../platform/database.ts';
import type { NewSession, SessionStore } from './repository.ts';
import { type AuthenticationFacts, sessionLimits } from './session.ts';

/** For tests: what a card login says. */
export const CARD_FACTS: AuthenticationFacts = {
  acr: 'AAL3_ANY',
  amr: ['N3_SMARTCARD'],
  assuranceLevel: '3',
  idAssuranceLevel: '3',
  proofingLevel: null,
  vectorOfTrust: null,
  nhsNumber: null,
  delegate: null,
};

export function aSession(changes: Partial<NewSession> = {}): NewSession {
  return {
    kind: 'pages',
    userId: '555900010101',
    provider: 'https://idp.invalid',
    providerSession: null,
    applicationId: null,
    card: null,
    authentication: CARD_FACTS,
    ...changes,
  };
}

/** For tests: where sessions are kept, with the limits of an installation whose operator changed none. */
export function storeIn(
  database: Database,
  settings: Readonly<Record<string, string>> = {},
): SessionStore {
  const config = parseConfig({ DATABASE_URL: 'postgres://unused', ...settings });
  if (!config.ok) throw new Error(config.error.join('; '));
  return { database, sessionLimits: sessionLimits(config.value.sessionMinutes) };
}
