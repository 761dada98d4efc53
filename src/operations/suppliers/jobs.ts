import { systemsOfParty } from '../../directory/index.ts';
import { lateDeliveries } from '../../gateways/hl7v3/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { Job } from '../../platform/jobs.ts';
import type { DeskClient } from '../incidents/desk/handle.ts';
import type { LateParty } from '../monitor/observed.ts';

const EVERY_MS = 60_000;

/** Tells the status site which parties take no messages, if there are none, too: so it learns that something is over. */
export function lateJob(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  desk: DeskClient,
): Job {
  return {
    name: 'deliveries-late',
    everyMs: EVERY_MS,
    hasWork: () => Promise.resolve(true),
    run: async () => {
      await desk.late(await latePartiesIn(database, clock.now()));
    },
  };
}

export async function latePartiesIn(database: Database, at: Date): Promise<LateParty[]> {
  const late = await lateDeliveries(database, at);
  return Promise.all(
    late.map(async (one) => {
      const systems = await systemsOfParty(database, one.party);
      const names = systems.flatMap(({ asid, ods }) => [`asid:${asid}`, `ods:${ods}`]);
      return { ...one, names: [...new Set(names)] };
    }),
  );
}
