import { instantOf } from '../../kernel/instant.ts';
import type { Uuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import {
  type Looked,
  type Repair,
  repairRecord,
  type Tried,
  tryRepair,
} from '../../prescriptions/index.ts';
import { alarms } from '../cut-over/repository.ts';
import { waitingAgain } from '../watch/repository.ts';
import * as repository from './repository.ts';
import type { Selection } from './selection.ts';

const AT_ONCE = 500;

/** What a repair would do to all that is selected; nothing is written [MIGRATION 8]. */
export async function tryAll(
  reads: Pick<Database, 'all'>,
  selection: Selection,
  repair: Repair,
): Promise<Tried[]> {
  const ids = await repository.selected(reads, selection);
  const all: Tried[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    all.push(...(await tryRepair(reads, ids.slice(from, from + AT_ONCE), repair)));
  }
  return all;
}

/** What is to be done, to which records, as they were when somebody looked. */
export type Wanted = Pick<Repair, 'kind' | 'code' | 'by'> & {
  readonly repairId: Uuid;
  readonly reason: string;
  readonly records: readonly Looked[];
  readonly isUndone: boolean;
};

export type Done = {
  /** With the version that each has now. */
  readonly changed: readonly Looked[];
  /** How many are not, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** The alarm that was raised meanwhile, so that the rest is not done; null: none was. */
  readonly stoppedBy: Alarm | null;
};

/** The tripwire held something back, or something waits for a pharmacy that had it before. */
export type Alarm = 'tripwire' | 'comes again';

/** How quickly: `pause` waits. */
export type Pace = {
  readonly perMinute: number;
  readonly pause: (ms: number) => Promise<void>;
  readonly onProgress: (records: number) => void;
};

export const PER_MINUTE_MAX = 1000; // [MIGRATION 8]
const CHUNK = 50; // between two looks at the tripwire
const MINUTE_MS = 60_000;
const QUEUES_EVERY_MS = 20_000; // all queues are looked through, as often as by the watch of the service

/** Does it or undoes it, record by record; one that was ended anywhere goes on when it is asked for again. */
export async function doAll(database: Database, wanted: Wanted, pace: Pace): Promise<Done> {
  const { records, repairId, by, isUndone } = wanted;
  const alarmed = await openAlarms(database, (CHUNK / pace.perMinute) * MINUTE_MS);
  const told = { interaction: isUndone ? 'repair undone' : 'repair', repairId, by };
  const words = `${wanted.kind} of ${records.length}, with ${by[1]}: ${wanted.reason}`;
  await repository.note(database, { ...told, at: new Date(), words: `begun: ${words}` });
  const changed: Looked[] = [];
  const skipped = new Map<string, number>();
  let stoppedBy: Alarm | null = null;
  for (let from = 0; from < records.length && stoppedBy === null; from += CHUNK) {
    if (from > 0) await pace.pause((CHUNK / pace.perMinute) * MINUTE_MS);
    stoppedBy = await alarmed();
    for (const one of stoppedBy === null ? records.slice(from, from + CHUNK) : []) {
      const came = await repairRecord(database, one, { ...wanted, at: instantOf(new Date()) });
      if (came.isDone) changed.push({ id: one.id, version: came.version });
      else skipped.set(came.why, (skipped.get(came.why) ?? 0) + 1);
    }
    pace.onProgress(Math.min(records.length, from + CHUNK));
  }
  const end = stoppedBy === null ? 'ended' : `stopped by the alarm "${stoppedBy}"`;
  const counts = `${changed.length} of ${records.length} changed`;
  await repository.note(database, { ...told, at: new Date(), words: `${end}: ${counts}` });
  return { changed, skipped: Object.fromEntries(skipped), stoppedBy };
}

/** Answers the alarm that is raised of more than there was at first; asked once for each chunk, which takes so long. */
async function openAlarms(
  database: Database,
  chunkMs: number,
): Promise<() => Promise<Alarm | null>> {
  const [tripped, waiting] = [await alarms(database), await waitingAgain(database)];
  const every = Math.max(1, Math.floor(QUEUES_EVERY_MS / chunkMs));
  let asked = 0;
  return async () => {
    asked += 1;
    if ((await alarms(database)) > tripped) return 'tripwire';
    if (asked % every !== 0) return null;
    return (await waitingAgain(database)) > waiting ? 'comes again' : null;
  };
}
