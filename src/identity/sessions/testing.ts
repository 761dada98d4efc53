import type { AuthenticationFacts } from './session.ts';
import type { NewSession } from './repository.ts';

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
