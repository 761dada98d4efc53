import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { Job } from '../../platform/jobs.ts';
import { forgetChallenges } from './repository.ts';

export { parseRoots } from './attestation.ts';
export type { KeyFault, KeyParts, KeyProof } from './handle.ts';
export { keysOf, revokeKey } from './repository.ts';
export { authenticatorOf, placesOfKeys, type SecurityKey } from './security-key.ts';

/** What is done with keys; the library behind it is loaded when the first one comes. */
export const loadSecurityKeys = (): Promise<typeof import('./handle.ts')> => import('./handle.ts');

/** Forgets challenges that nobody answered. */
export function securityKeyJob(database: Database, clock: Clock): Job {
  return {
    name: 'security-keys',
    everyMs: 300_000,
    hasWork: () => Promise.resolve(true),
    run: () => forgetChallenges(database, clock.securityNow()),
  };
}
