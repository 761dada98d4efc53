import { randomUUID } from 'node:crypto';

import { present } from '../../kernel/bug.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { keepImported } from '../repository.ts';
import { parsePatientFile } from './patient-file.ts';

const BATCH = 500;

/** How many records of a file were added, and how many numbers were known already. */
export type Imported = { readonly added: number; readonly known: number };

/** Adds the records of a file; one whose number is known stays as it is. A file with a problem adds nothing. */
export async function importPatients(
  database: Database,
  file: unknown,
  at: Date,
): Promise<Result<Imported, readonly string[]>> {
  const records = parsePatientFile(file);
  if (!records.ok) return records;
  const requestId = present(parseUuid(randomUUID()), 'UUID');
  let added = 0;
  for (let from = 0; from < records.value.length; from += BATCH) {
    const batch = records.value.slice(from, from + BATCH);
    added += await keepImported(database, batch, requestId, at);
  }
  return ok({ added, known: records.value.length - added });
}
