import type { Database } from '../../platform/database.ts';
import type { Job } from '../../platform/jobs.ts';
import type { PageLook } from '../../platform/page-failures.ts';
import { findingOf, keepFinding } from '../measures/repository.ts';
import { afterLook, type Damage, together } from './damage.ts';

export type DamageParts = {
  readonly database: Database;
  readonly datacentre: string;
  /** At the database of this site; null: nobody answers. */
  readonly look: () => Promise<PageLook | null>;
  readonly now: () => Date;
  /** Told when a server has refused more pages than when it was last looked at. */
  readonly warn: (look: PageLook) => void;
};

const EVERY_MS = 30_000;
const KEEP_EVERY_MS = 600_000; // where nothing is new
const DATACENTRES = ['a', 'b'];

type Kept = { readonly servers: readonly Damage[] };

/** Each datacentre looks at its own database: of a standby nobody else hears. */
export function damageJob({ database, datacentre, look, now, warn }: DamageParts): Job {
  let seen: PageLook | null = null;
  const own = nameOf(datacentre);
  return {
    name: own,
    everyMs: EVERY_MS,
    hasWork: async () => {
      seen = await look();
      if (seen === null) return false;
      const known = await damageIn(database);
      const same = known.find(({ server }) => server === seen?.server);
      const last = await findingOf<Kept>(database, own);
      const isOld = now().getTime() - (last?.lookedAt.getTime() ?? 0) >= KEEP_EVERY_MS;
      return isOld || same?.failures !== seen.failures || same.isStandby !== seen.isStandby;
    },
    run: async () => {
      if (seen === null) return;
      const at = now();
      const { known: servers, isWorse } = afterLook(await damageIn(database), seen, at);
      if (isWorse) warn(seen);
      await keepFinding(database, own, { lookedAt: at, found: { servers } });
    },
  };
}

/** Of all servers that were looked at. */
export async function damageIn(database: Database): Promise<readonly Damage[]> {
  const found = await Promise.all(
    DATACENTRES.map((datacentre) => findingOf<Kept>(database, nameOf(datacentre))),
  );
  return together(found.flatMap((one) => one?.found.servers ?? []));
}

function nameOf(datacentre: string): string {
  return `damaged-pages-${datacentre}`;
}
