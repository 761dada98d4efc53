import { seedTestSystem } from './cards.ts';
import { seedDirectory } from './directory.ts';
import { json, parsed } from './http.ts';
import { PERSONAS } from './personas.ts';
import { readyMade, SEED_DEFAULT, seedPrescriptions } from './seed.ts';
import { seedSystems } from './systems.ts';
import type { HttpRequest, HttpResponse } from '../platform/http.ts';

/** Where a seed goes: the database, and the folder for the keys of test systems; null: they get no files. */
export type SeedOf = { readonly databaseUrl: string; readonly folder: string | null };

/** `POST /_local/seed {"seed":1}`: makes what is not there yet, and answers who and what there is, in words. */
export async function seeded(of: SeedOf, { body }: HttpRequest): Promise<HttpResponse> {
  const seed = body.length === 0 ? SEED_DEFAULT : seedIn(parsed(body));
  if (seed === null) return json(400, { error: 'seed must be a whole number, 0 or more.' });
  await seedAll(of, seed);
  return json(200, { people: people(), readyMade: readyMadeWords(seed) });
}

function seedIn(body: unknown): number | null {
  if (typeof body !== 'object' || body === null) return null;
  const seed: unknown = Reflect.get(body, 'seed') ?? SEED_DEFAULT;
  return typeof seed === 'number' && Number.isSafeInteger(seed) && seed >= 0 ? seed : null;
}

/** What a test installation has from the start; what is there stays as it is [X-11]. */
async function seedAll({ databaseUrl, folder }: SeedOf, seed: number): Promise<void> {
  await seedTestSystem(databaseUrl);
  await seedDirectory(databaseUrl);
  await seedSystems(databaseUrl, folder);
  await seedPrescriptions(databaseUrl, seed);
}

function people(): string[] {
  const { prescriber, dispenser } = PERSONAS;
  return [prescriber, dispenser].map(
    ({ userId, display, name, organisation }) =>
      `${userId} ${display} (${name} ${organisation.ods})`,
  );
}

function readyMadeWords(seed: number): string[] {
  return readyMade(seed).map(
    ({ shortFormId, nominated, nhsNumber }) =>
      `${shortFormId} ${nominated === null ? 'for any pharmacy' : `to download at ${nominated}`} | patient ${nhsNumber}`,
  );
}
