import type { BackupFacts } from '../../platform/backup/index.ts';
import { openDatabase } from '../../platform/database.ts';
import { keepFinding } from '../measures/repository.ts';

/** The name under which pages find it. */
export const BACKUPS = 'backups';

/** Keeps how backups are where every process can show it; whoever makes them tells it. */
export async function keepBackupFacts(url: string, facts: BackupFacts): Promise<void> {
  const database = openDatabase({ url, connections: 1 });
  try {
    await keepFinding(database, BACKUPS, { lookedAt: new Date(), found: facts });
  } finally {
    await database.close();
  }
}
