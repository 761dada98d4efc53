import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

import { present } from '../../kernel/bug.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import { openBulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import type { PatientRecord } from '../record.ts';
import { keepImported } from '../repository.ts';
import { parsePatientFile } from './patient-file.ts';
import { loadRecords, type Ready, readyOf } from './repository.ts';

const BATCH = 100; // the statement looks for each record of a batch among all of it

/** How many records were added, and how many numbers were known already. */
export type Imported = { readonly added: number; readonly known: number };

/** Adds the records of a file; one whose number is known stays as it is. A file with a problem adds nothing. */
export async function importPatients(
  database: Database,
  file: unknown,
  at: Date,
): Promise<Result<Imported, readonly string[]>> {
  const records = parsePatientFile(file);
  if (!records.ok) return records;
  const requestId = newRequestId();
  let added = 0;
  for (let from = 0; from < records.value.length; from += BATCH) {
    const batch = records.value.slice(from, from + BATCH);
    added += await keepImported(database, batch, requestId, at);
  }
  return ok({ added, known: records.value.length - added });
}

const BULK_BATCH = 20_000; // some thirty megabytes; the more, the fewer times each page of the search keys is written

export type BulkImport = {
  readonly databaseUrl: string;
  readonly at: Date;
  /** Told after each batch, which is then kept: how many have been read so far. */
  readonly onProgress: (done: number) => void;
};

/**
 * As `importPatients`, for records in numbers that come one after the other and are known to be right. While the
 * database keeps a batch, the next one is made.
 */
export async function importMany(
  records: Iterable<PatientRecord>,
  { databaseUrl, at, onProgress }: BulkImport,
): Promise<Imported> {
  const connection = await openBulkLoad(databaseUrl);
  const load = { requestId: newRequestId(), at };
  const coming = Iterator.from(records).map((record) => readyOf(record, load));
  let [added, done] = [0, 0];
  try {
    let batch = await nextBatch(coming);
    while (batch.length > 0) {
      const [kept, following] = await Promise.all([
        loadRecords(connection, batch, load),
        nextBatch(coming),
      ]);
      added += kept;
      done += batch.length;
      onProgress(done);
      batch = following;
    }
    return { added, known: done - added };
  } finally {
    await connection.close();
  }
}

const AT_ONCE = 50; // some milliseconds, after which the database is heard

async function nextBatch(coming: Iterator<Ready, undefined>): Promise<readonly Ready[]> {
  const batch: Ready[] = [];
  while (batch.length < BULK_BATCH) {
    const next = coming.next();
    if (next.done === true) break;
    batch.push(next.value);
    if (batch.length % AT_ONCE === 0) await setImmediate();
  }
  return batch;
}

function newRequestId(): Uuid {
  return present(parseUuid(randomUUID()), 'UUID');
}
