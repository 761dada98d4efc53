import { watchClock } from './platform/clock-watch.ts';
import type { Config } from './platform/config.ts';
import { type OpenDatabase, requireConnections } from './platform/database.ts';
import type { Log } from './platform/log.ts';
import { untilMigrated } from './until-migrated.ts';

/** Resolves when the database is there, migrated, has room for this process and agrees with it about the time; gives what ends the watch of that. */
export async function untilUsable(
  database: OpenDatabase,
  config: Pick<Config, 'databaseUrl' | 'databaseConnections'>,
  { log, stopping }: { readonly log: Log; readonly stopping: AbortSignal | undefined },
): Promise<() => void> {
  await untilMigrated(config.databaseUrl, stopping);
  await database.opened();
  await requireConnections(database, config.databaseConnections);
  return watchClock({ database, log, stopping });
}
