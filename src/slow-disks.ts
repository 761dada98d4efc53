import { type Disk, disksIn, diskJob, diskWords, isSlow, roleOf } from './operations/index.ts';
import { REAL_CLOCK } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import {
  type Database,
  DatabaseUnavailable,
  openDatabase,
  PATIENCE_MS,
} from './platform/database.ts';
import { flushTimesAt } from './platform/flush-times.ts';
import type { Job } from './platform/jobs.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/measures/metrics.ts';

/** Tells of a disk of a database when it has become slow [RELIABILITY F9]. */
export function slowDisksJob(database: Database, { databaseUrl }: Config, log: Log): Job {
  return diskJob({
    database,
    look: () => flushTimesAt(databaseUrl),
    now: () => REAL_CLOCK.now(),
    warn: (disk) =>
      log({
        event: 'disk-slow',
        requestId: disk.server,
        outcome: `${roleOf(disk)}: ${diskWords(disk)}`,
      }),
  });
}

export function diskGauge(metrics: Metrics, database: Database): void {
  const about = {
    name: 'openspine_database_flush_seconds',
    help: 'How long the disk of a database takes to keep what was written to it',
    labels: ['server', 'role'],
  };
  metrics.gauge(about, async () =>
    (await disksOrNone(database)).map((disk) => ({
      labels: { server: disk.server, role: roleOf(disk) },
      value: disk.ms / 1_000,
    })),
  );
}

/** Those that are slow, a line each; null: nobody has looked of late. Of a database that is opened for it. */
export async function slowDiskLines(url: string): Promise<readonly string[] | null> {
  const database = openDatabase({ url, connections: 1, connectWithinMs: PATIENCE_MS });
  try {
    const all = await disksIn(database, REAL_CLOCK.now());
    const slow = all.filter(isSlow);
    return all.length === 0
      ? null
      : slow.map((disk) => `${roleOf(disk)} ${disk.server}: ${diskWords(disk)}`);
  } finally {
    await database.close();
  }
}

/** None with the database away: the other numbers are told all the same. */
async function disksOrNone(database: Database): Promise<readonly Disk[]> {
  try {
    return await disksIn(database, REAL_CLOCK.now());
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return [];
    throw error;
  }
}
