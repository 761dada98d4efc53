import type { Database } from '../../platform/database.ts';
import type { FlushLook } from '../../platform/flush-times.ts';
import type { Job } from '../../platform/jobs.ts';
import { findingOf, keepFinding } from '../measures/repository.ts';
import { afterFlushes, type Disk } from './disks.ts';

export type DiskParts = {
  readonly database: Database;
  /** At the primary, wherever it is; none: nobody answers. */
  readonly look: () => Promise<readonly FlushLook[]>;
  readonly now: () => Date;
  /** Told when a disk has become slow. */
  readonly warn: (disk: Disk) => void;
};

const NAME = 'disks';
const EVERY_MS = 5_000;
const OLD_MS = 9_000; // one process looks for all
const FORGOTTEN_MS = 60_000; // without a look nothing is known

type Kept = { readonly disks: readonly Disk[] };

/** One process looks at the disks of all databases: the primary knows how long a standby takes. */
export function diskJob({ database, look, now, warn }: DiskParts): Job {
  return {
    name: NAME,
    everyMs: EVERY_MS,
    hasWork: async () => {
      const last = await findingOf<Kept>(database, NAME);
      return now().getTime() - (last?.lookedAt.getTime() ?? 0) >= OLD_MS;
    },
    run: async () => {
      const looks = await look();
      if (looks.length === 0) return;
      const at = now();
      const { known, newlySlow } = afterFlushes(await disksIn(database, at), looks);
      newlySlow.forEach(warn);
      await keepFinding(database, NAME, { lookedAt: at, found: { disks: known } });
    },
  };
}

/** As they were a short while ago. */
export async function disksIn(database: Database, at: Date): Promise<readonly Disk[]> {
  const last = await findingOf<Kept>(database, NAME);
  if (last === null || at.getTime() - last.lookedAt.getTime() > FORGOTTEN_MS) return [];
  return last.found.disks;
}
