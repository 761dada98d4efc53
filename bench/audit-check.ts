import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { exportTo, trustOf, verifyFile } from '../src/operations/audit/handle.ts';
import { copySeals, sealNext } from '../src/platform/audit/jobs.ts';
import { keepPublicKey, openSealKey } from '../src/platform/audit/key.ts';
import { lastSeal } from '../src/platform/audit/repository.ts';
import type { Verified } from '../src/platform/audit/verify.ts';
import { verifyStore } from '../src/platform/audit/walk.ts';
import type { Database } from '../src/platform/database.ts';

/** Lines a second. */
export type Checked = {
  readonly sealed: number;
  readonly inStore: number;
  /** Of an export, without the database. */
  readonly offline: number;
};

/** Seals the whole trail, and holds it against its seals, there and exported; throws when anything is found. */
export async function sealAndCheck(database: Database): Promise<Checked> {
  const folder = await mkdtemp(join(tmpdir(), 'openspine-bench-audit-'));
  try {
    const key = await openSealKey(join(folder, 'key.pem'));
    await keepPublicKey(folder, key);
    const sealed = await perSecond(async () => {
      let lines = 0;
      for (let some = -1; some !== 0; lines += some) some = await sealNext(database, key);
      return lines;
    });
    await copySeals(database, folder, (entry) => {
      throw new Error(JSON.stringify(entry));
    });
    const trust = await trustOf(folder, new Date(0).toISOString());
    const inStore = await perSecond(async () => rowsOf(await verifyStore(database, trust, null)));
    const file = join(folder, 'export');
    const last = (await lastSeal(database))?.seal.number ?? 0;
    await exportTo(database, file, { first: 1, last });
    const offline = await perSecond(async () => {
      const verified = await verifyFile(file, trust);
      if (!verified.ok) throw new Error(verified.error);
      return rowsOf(verified.value);
    });
    return { sealed, inStore, offline };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rowsOf({ rows, findings }: Verified): number {
  if (findings.length > 0) throw new Error(JSON.stringify(findings.slice(0, 3)));
  return rows;
}

async function perSecond(work: () => Promise<number>): Promise<number> {
  const begun = performance.now();
  const lines = await work();
  return Math.round((lines * 1000) / (performance.now() - begun));
}
