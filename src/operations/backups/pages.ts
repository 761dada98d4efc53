import type { View } from '../../pages/index.ts';
import type { BackupFacts } from '../../platform/backup/index.ts';
import type { Database } from '../../platform/database.ts';
import { findingOf } from '../measures/repository.ts';
import { howLong } from '../measures/words.ts';
import { BACKUPS } from './handle.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LOG_WITHIN_MS = 60 * SECOND_MS; // [RELIABILITY 1], as is the time to restore
const RESTORED_WITHIN_MS = 4 * HOUR_MS;
const BASE_WITHIN_MS = 2 * DAY_MS; // one a day, and a day to notice
const DRILL_WITHIN_MS = 31 * DAY_MS; // every month

type Judged = {
  readonly what: string;
  readonly found: string;
  readonly wanted: string;
  readonly tag: string;
  readonly colour: string;
};

/** Whether what can be restored, how fast, and who has tried it [EXPERIENCE 5, RELIABILITY 1]. */
export async function backupsPage(database: Database): Promise<View> {
  const told = await findingOf<BackupFacts>(database, BACKUPS);
  const model =
    told === null
      ? { rows: [] }
      : { rows: judged(told.found, told.lookedAt, new Date()), told, facts: told.found };
  return { view: 'operations/backups.njk', title: 'Backups', model };
}

/** `toldAt`: when whoever makes them last said how they are. */
export function judged(facts: BackupFacts, toldAt: Date, now: Date): readonly Judged[] {
  const ageOf = (at: string | null): number | null =>
    at === null ? null : Math.max(0, now.getTime() - Date.parse(at));
  const { newest, logAt, drill } = facts;
  const restored = drill === null ? null : (drill.restoreSeconds + drill.checkSeconds) * SECOND_MS;
  return [
    row('Last base backup', ageOf(newest?.endedAt ?? null), BASE_WITHIN_MS, ' ago'),
    row('What would be lost with both datacentres', ageOf(logAt), LOG_WITHIN_MS, ''),
    row('Last restore test', ageOf(drill?.at ?? null), DRILL_WITHIN_MS, ' ago'),
    row('Restored and checked in', restored, RESTORED_WITHIN_MS, ''),
    ...(drill !== null && !drill.isGood
      ? [
          {
            ...row('What the test found', null, 0, ''),
            found: 'not all of it was right',
            wanted: '',
            tag: 'Wrong',
          },
        ]
      : []),
    row('Last word of the backup', now.getTime() - toldAt.getTime(), LOG_WITHIN_MS, ' ago'),
  ];
}

function row(what: string, ms: number | null, most: number, after: string): Judged {
  const isGood = ms !== null && ms <= most;
  return {
    what,
    found: ms === null ? 'never' : `${howLong(ms)}${after}`,
    wanted: `at most ${howLong(most)}`,
    tag: isGood ? 'Good' : 'Overdue',
    colour: isGood ? 'green' : 'red',
  };
}
