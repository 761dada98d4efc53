import { randomUUID } from 'node:crypto';

import { present } from '../../kernel/bug.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import { openBulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import type { PatientRecord } from '../record.ts';
import { keepImported } from '../repository.ts';
import { parsePatientFile } from './patient-file.ts';
import { loadRecords } from './repository.ts';

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

const BULK_BATCH = 5_000; // some ten megabytes

export type BulkImport = {
  readonly databaseUrl: string;
  readonly at: Date;
  /** Told after each batch, which is then kept: how many have been read so far. */
  readonly onProgress: (done: number) => void;
};

/** As `importPatients`, for records in numbers that come one after the other and are known to be right. */
export async function importMany(
  records: Iterable<PatientRecord>,
  { databaseUrl, at, onProgress }: BulkImport,
): Promise<Imported> {
  const load = await openBulkLoad(databaseUrl);
  const requestId = newRequestId();
  let [added, done] = [0, 0];
  const keep = async (batch: readonly PatientRecord[]): Promise<void> => {
    added += await loadRecords(load, batch, requestId, at);
    done += batch.length;
    onProgress(done);
  };
  try {
    let batch: PatientRecord[] = [];
    for (const record of records) {
      batch.push(record);
      if (batch.length < BULK_BATCH) continue;
      await keep(batch);
      batch = [];
    }
    if (batch.length > 0) await keep(batch);
    return { added, known: done - added };
  } finally {
    await load.close();
  }
}

function newRequestId(): Uuid {
  return present(parseUuid(randomUUID()), 'UUID');
}
