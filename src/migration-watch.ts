import { openWatch, type Watch, type Watched } from './migration/index.ts';
import { findingOf, keepFinding } from './operations/index.ts';
import { type Database, DatabaseUnavailable } from './platform/database.ts';
import type { Job } from './platform/jobs.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/measures/metrics.ts';

const NAME = 'migration-watch';
const EVERY_MS = 20_000; // an alarm is to be there within a minute [MIGRATION 8]

/** After a move from an older Spine: whether anything comes again to a pharmacy that had it, and whether all is here. */
export function migrationWatchJob(
  database: Database,
  log: Log,
  watch: Watch = openWatch(database),
): Job {
  let found: Watched | null = null;
  return {
    name: NAME,
    everyMs: EVERY_MS,
    hasWork: async () => {
      found = await watch.look(await migrationWatched(database));
      return found !== null;
    },
    run: async () => {
      if (found === null) return;
      warn(log, await migrationWatched(database), found);
      await keepFinding(database, NAME, { lookedAt: new Date(), found });
    },
  };
}

/** Only what is more than at the look before is told. */
function warn(log: Log, last: Watched | null, { tripped, waiting }: Watched): void {
  if (tripped > (last?.tripped ?? 0)) {
    log({ event: 'migration-tripwire', outcome: `${tripped} held back` });
  }
  if (waiting > (last?.waiting ?? 0)) {
    log({ event: 'migration-comes-again', outcome: `${waiting} wait for who had them` });
  }
}

/** What the last look has found; null: nobody has looked. */
export async function migrationWatched(database: Database): Promise<Watched | null> {
  return (await findingOf<Watched>(database, NAME))?.found ?? null;
}

/** Nothing where nothing was moved; nothing either with the database away: the other numbers are told all the same. */
export function migrationGauge(metrics: Metrics, database: Database): void {
  const about = {
    name: 'openspine_migration_comes_again',
    help: 'Prescriptions that would come once more to a pharmacy that had them before a move: waiting, or held back by the tripwire',
    labels: ['where'],
  };
  metrics.gauge(about, async () => {
    const found = await watchedOrNone(database);
    if (found === null) return [];
    const { waiting, tripped } = found;
    return [
      { labels: { where: 'waiting' }, value: waiting },
      { labels: { where: 'held-back' }, value: tripped },
    ];
  });
}

async function watchedOrNone(database: Database): Promise<Watched | null> {
  try {
    return await migrationWatched(database);
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return null;
    throw error;
  }
}
