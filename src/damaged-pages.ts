import {
  type Damage,
  damageIn,
  damageJob,
  damageWords,
  isAlarming,
  roleOf,
} from './operations/index.ts';
import { REAL_CLOCK } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import {
  type Database,
  DatabaseUnavailable,
  openDatabase,
  PATIENCE_MS,
} from './platform/database.ts';
import type { Job } from './platform/jobs.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/measures/metrics.ts';
import { pageFailuresAt } from './platform/page-failures.ts';

/** Tells once of each page, or few of them, that the database of this site refused to read. */
export function damagedPagesJob(database: Database, config: Config, log: Log): Job {
  const { datacentre, readDatabaseUrl, databaseUrl } = config;
  return damageJob({
    database,
    datacentre,
    look: () => pageFailuresAt(readDatabaseUrl ?? databaseUrl),
    now: () => REAL_CLOCK.now(),
    warn: (one) =>
      log({
        event: 'database-damaged',
        requestId: one.server,
        outcome: `${roleOf(one)}: ${one.failures} times a damaged page was refused`,
      }),
  });
}

/** 0 is what it is to be. */
export function damagedPagesGauge(metrics: Metrics, database: Database): void {
  const about = {
    name: 'openspine_database_damaged_pages',
    help: 'How often a database refused to read a page of its own because it is damaged on its disk',
    labels: ['server', 'role'],
  };
  metrics.gauge(about, async () =>
    (await damageOrNone(database)).map((one) => ({
      labels: { server: one.server, role: roleOf(one) },
      value: one.failures,
    })),
  );
}

/** Of which somebody is to be told, a line each; null: nobody has looked yet. Of a database that is opened for it. */
export async function damageLines(url: string): Promise<readonly string[] | null> {
  const database = openDatabase({ url, connections: 1, connectWithinMs: PATIENCE_MS });
  try {
    const all = await damageIn(database);
    const alarming = all.filter((one) => isAlarming(one, REAL_CLOCK.now()));
    return all.length === 0 ? null : alarming.map((one) => `${one.server}: ${damageWords(one)}`);
  } finally {
    await database.close();
  }
}

/** None with the database away: the other numbers are told all the same. */
async function damageOrNone(database: Database): Promise<readonly Damage[]> {
  try {
    return await damageIn(database);
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return [];
    throw error;
  }
}
