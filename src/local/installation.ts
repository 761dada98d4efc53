import { seedTestSystem } from './cards.ts';
import { PERSONAS } from './personas.ts';
import { readyMade, seedPrescriptions } from './seed.ts';
import { seedDirectory } from './directory.ts';
import { seedSystems } from './systems.ts';
import type { Seed } from '../installation/parts.ts';

/** What a test installation has from the start. */
export async function seedAll(databaseUrl: string, { seed, folder }: Seed): Promise<void> {
  await seedTestSystem(databaseUrl);
  await seedDirectory(databaseUrl);
  await seedSystems(databaseUrl, folder);
  await seedPrescriptions(databaseUrl, seed);
}

/** The same in words, a line for each prescription. */
export function readyMadeLines(seed: number): string[] {
  return readyMade(seed).map(
    ({ shortFormId, nominated, nhsNumber }) =>
      `${shortFormId} ${nominated === null ? 'for any pharmacy' : `to download at ${nominated}`} | patient ${nhsNumber}`,
  );
}

export function peopleLines(): string[] {
  return [PERSONAS.prescriber, PERSONAS.dispenser].map(
    ({ userId, display, name, organisation }) =>
      `${userId} ${display} (${name} ${organisation.ods})`,
  );
}
