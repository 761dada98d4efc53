import { seedTestSystem } from './cards.ts';
import { PERSONAS } from './personas.ts';
import { readyMade, seedPrescriptions } from './seed.ts';
import { seedDirectory } from './directory.ts';
import { seedSystems } from './systems.ts';
import type { Seed, Shown } from '../installation/parts.ts';

/** What a test installation has from the start. */
export async function seedAll(databaseUrl: string, { seed, folder }: Seed): Promise<void> {
  await seedTestSystem(databaseUrl);
  await seedDirectory(databaseUrl);
  await seedSystems(databaseUrl, folder);
  await seedPrescriptions(databaseUrl, seed);
}

/** Who and what there is, in words. */
export function shownOf(seed: number): Shown {
  const { prescriber, dispenser } = PERSONAS;
  return {
    people: [prescriber, dispenser].map(
      ({ userId, display, name, organisation }) =>
        `${userId} ${display} (${name} ${organisation.ods})`,
    ),
    readyMade: readyMade(seed).map(
      ({ shortFormId, nominated, nhsNumber }) =>
        `${shortFormId} ${nominated === null ? 'for any pharmacy' : `to download at ${nominated}`} | patient ${nhsNumber}`,
    ),
  };
}
