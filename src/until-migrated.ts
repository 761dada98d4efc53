import { setTimeout as delay } from 'node:timers/promises';

import { type Database, DatabaseUnavailable, openDatabase } from './platform/database.ts';
import { isMigrated } from './platform/migrate.ts';
import { SCHEMAS } from './schemas.ts';

const ASK_AGAIN_MS = 250;

/** A process may be started before its database is there, and before somebody has migrated it. */
export async function untilMigrated(url: string, stopping?: AbortSignal): Promise<void> {
  // Connections of its own: those that are opened before that know of no epoch.
  const database = openDatabase({ url, connections: 1 });
  try {
    while (!(await isMigratedNow(database))) {
      await delay(ASK_AGAIN_MS, undefined, { signal: stopping });
    }
  } finally {
    await database.close();
  }
}

async function isMigratedNow(database: Database): Promise<boolean> {
  try {
    return await isMigrated(database, SCHEMAS);
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    return false;
  }
}
