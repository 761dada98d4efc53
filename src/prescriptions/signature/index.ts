import { fail, ok, type Result } from '../../kernel/result.ts';
import { revocationLists } from './fetch-lists.ts';
import { readTrust } from './trust.ts';
import type { VerifyParts } from './verify.ts';

/** All that verifying needs of the world. `now` is security time [DESIGN D9]. */
export type Signatures = VerifyParts & { readonly now: () => Date };

/** From the certificates of the authorities whose word counts, in PEM: none, and no signature is trusted. */
export function openSignatures(authorities: string, now: () => Date): Result<Signatures, string> {
  const trust = readTrust(authorities);
  if (trust === null) return fail('a certificate of the authorities cannot be read');
  return ok({ trust, lists: revocationLists(), now });
}
