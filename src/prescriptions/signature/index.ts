import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Database } from '../../platform/database.ts';
import type { Job } from '../../platform/jobs.ts';
import { type ListParts, revocationLists } from './fetch-lists.ts';
import { listStore } from './repository.ts';
import { readTrust } from './trust.ts';
import type { VerifyParts } from './verify.ts';

export { listStore } from './repository.ts';

/** All that verifying needs of the world. `now` is security time [DESIGN D9]. */
export type Signatures = VerifyParts & { readonly now: () => Date };

/** From the certificates of the authorities whose word counts, in PEM: none, and no signature is trusted. */
export function openSignatures(
  authorities: string,
  now: () => Date,
  { database, addressOf }: { readonly database: Database } & Pick<ListParts, 'addressOf'>,
): Result<Signatures, string> {
  const trust = readTrust(authorities);
  if (trust === null) return fail('a certificate of the authorities cannot be read');
  const all = [...trust.anchors, ...trust.authorities];
  const lists = revocationLists({ store: listStore(database), authorities: all, addressOf });
  return ok({ trust, lists, now });
}

const LOOK_EVERY_MS = 2_000; // what is revoked is known everywhere within five seconds

/** Lists are fetched by one process, and taken over by each. */
export function revocationListJob({ lists, now }: Signatures): Job {
  return {
    name: 'prescriptions: revocation lists',
    everyMs: LOOK_EVERY_MS,
    hasWork: () => lists.look(now()),
    run: () => lists.renew(now(), 'old'),
  };
}
