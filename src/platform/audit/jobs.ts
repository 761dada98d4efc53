import type { AuditPlace } from '../config/audit.ts';
import type { Database } from '../database.ts';
import type { Job } from '../jobs.ts';
import type { Log } from '../log.ts';
import { appendSeals, lastCopied } from './copy.ts';
import { lineOf } from './entry.ts';
import { keepPublicKey, openSealKey, publicKeysOf } from './key.ts';
import { hasUnsealed, headsFrom, keepSeal, lastSeal, unsealed } from './repository.ts';
import { hashOf, isSignedBy, NO_SEAL, type SealKey, sealOf } from './seal.ts';
import { nextWaiting } from './waiting.ts';

const SEAL_EVERY_MS = 60_000; // [RELIABILITY 7.5]
const SEAL_ROWS_MAX = 2_000; // some ten milliseconds, in which this process answers nobody
const COPIES_MAX = 1_000; // at once

/** Seals what was written since the last time, whichever process comes first; each datacentre copies all seals. */
export async function auditJobs(
  database: Database,
  datacentre: string,
  { keyFile, folder }: AuditPlace,
  log: Log,
): Promise<Job[]> {
  const key = await openSealKey(keyFile);
  await keepPublicKey(folder, key);
  return [
    {
      name: 'audit: seals',
      everyMs: SEAL_EVERY_MS,
      hasWork: () => hasUnsealed(database),
      run: async (isMine) => {
        while ((await sealNext(database, key)) === SEAL_ROWS_MAX && (await isMine()));
      },
    },
    {
      name: `audit: copies of ${datacentre}`,
      everyMs: SEAL_EVERY_MS,
      hasWork: () => Promise.resolve(true),
      run: () => copySeals(database, folder, log),
    },
  ];
}

/** Seals the next rows; answers how many. */
export async function sealNext(database: Database, key: SealKey): Promise<number> {
  const last = await lastSeal(database);
  const before = last?.seal.lastId ?? 0;
  const found = await unsealed(database, before, last?.waiting ?? [], SEAL_ROWS_MAX);
  const rows = [...found.late, ...found.rows];
  if (rows.length === 0) return 0;
  const sealedAt = found.now.toISOString();
  const ids = found.rows.map(({ id }) => id);
  const waiting = nextWaiting(last?.waiting ?? [], {
    lastId: before,
    ids,
    late: found.late.map(({ id }) => id),
    at: sealedAt,
  });
  const how = { sealedAt, lastId: ids.at(-1) ?? before, key };
  const { seal, sealed } = sealOf(rows.map(lineOf), last?.seal ?? null, how);
  const isKept = await keepSeal(database, seal, sealed, waiting);
  return isKept ? found.rows.length : 0;
}

/** Copies only what follows on what it has, signed with a key of its folder; says so loudly when that is otherwise. */
export async function copySeals(database: Database, folder: string, log: Log): Promise<void> {
  const keys = await publicKeysOf(folder);
  let last = await lastCopied(folder);
  for (;;) {
    const seals = await headsFrom(database, (last?.number ?? 0) + 1, COPIES_MAX);
    for (const seal of seals) {
      const key = keys.get(seal.keyId);
      const follows = seal.previous === (last === null ? NO_SEAL : hashOf(last));
      if (!follows || key === undefined || !isSignedBy(seal, key)) {
        const outcome = `seal ${seal.number} does not follow what was copied, or its key is not known`;
        log({ event: 'audit-tampered', outcome });
        return;
      }
      await appendSeals(folder, [seal]);
      last = seal;
    }
    if (seals.length < COPIES_MAX) return;
  }
}
