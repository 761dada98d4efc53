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
  /** The tripwire held something back meanwhile: the rest is not done. */
  readonly isStopped: boolean;
};

/** How quickly: `pause` waits. */
export type Pace = {
  readonly perMinute: number;
  readonly pause: (ms: number) => Promise<void>;
  readonly onProgress: (records: number) => void;
};

export const PER_MINUTE_MAX = 1000; // [MIGRATION 8]
const CHUNK = 50; // between two looks at the alarms
const MINUTE_MS = 60_000;

/** Does it or undoes it, record by record; one that was ended anywhere goes on when it is asked for again. */
export async function doAll(database: Database, wanted: Wanted, pace: Pace): Promise<Done> {
  const { records, repairId, by, isUndone } = wanted;
  const before = await alarms(database);
  const told = { interaction: isUndone ? 'repair undone' : 'repair', repairId, by };
  const words = `${wanted.kind} of ${records.length}, with ${by[1]}: ${wanted.reason}`;
  await repository.note(database, { ...told, at: new Date(), words: `begun: ${words}` });
  const changed: Looked[] = [];
  const skipped = new Map<string, number>();
  let isStopped = false;
  for (let from = 0; from < records.length && !isStopped; from += CHUNK) {
    if (from > 0) await pace.pause((CHUNK / pace.perMinute) * MINUTE_MS);
    isStopped = (await alarms(database)) > before;
    for (const one of isStopped ? [] : records.slice(from, from + CHUNK)) {
      const came = await repairRecord(database, one, { ...wanted, at: instantOf(new Date()) });
      if (came.isDone) changed.push({ id: one.id, version: came.version });
      else skipped.set(came.why, (skipped.get(came.why) ?? 0) + 1);
    }
    pace.onProgress(Math.min(records.length, from + CHUNK));
  }
  const end = isStopped ? 'stopped by the tripwire' : 'ended';
  const counts = `${changed.length} of ${records.length} changed`;
  await repository.note(database, { ...told, at: new Date(), words: `${end}: ${counts}` });
  return { changed, skipped: Object.fromEntries(skipped), isStopped };
}
