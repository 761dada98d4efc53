import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Database } from '../../platform/database.ts';
import type { Job } from '../../platform/jobs.ts';
import { type OwnLists, revocationLists } from './fetch-lists.ts';
import { listStore } from './repository.ts';
import { readTrust } from './trust.ts';
import type { VerifyParts } from './verify.ts';

/** All that verifying needs of the world. `now` is security time [DESIGN D9]. */
export type Signatures = VerifyParts & { readonly now: () => Date };

/** From the certificates of the authorities whose word counts, in PEM: none, and no signature is trusted. */
export function openSignatures(
  authorities: string,
  now: () => Date,
  { database, own }: { readonly database: Database; readonly own: OwnLists },
): Result<Signatures, string> {
  const trust = readTrust(authorities);
  if (trust === null) return fail('a certificate of the authorities cannot be read');
  const all = [...trust.anchors, ...trust.authorities];
  const lists = revocationLists({ store: listStore(database), authorities: all, own });
  return ok({ trust, lists, now });
}

const LOOK_EVERY_MS = 2_000; // what is revoked is known everywhere within five seconds

/** Lists of others are fetched by one process, and taken over by each; every process looks itself at those of this installation. */
export function revocationListJob({ lists, now }: Signatures): Job {
  return {
    name: 'prescriptions: revocation lists',
    everyMs: LOOK_EVERY_MS,
    hasWork: () => lists.look(now()),
    run: () => lists.renew(now()),
  };
}
