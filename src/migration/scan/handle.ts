import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { groupsOf } from '../groups.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { readTable } from '../lx1/read-table.ts';
import { saidIn } from './candidates.ts';

/** Where personal data of an old store are; never which. */
export type Found = {
  readonly file: string;
  readonly line: number;
  readonly what: 'NHS number' | 'canary';
};

export type Scanned = { readonly files: number; readonly found: readonly Found[] };

/**
 * Looks for the NHS numbers of an old store, and for values that only one of its records has, in whatever a move wrote:
 * reports, logs, files that were to be gone [MIGRATION 5, M17].
 */
export async function scan(
  dump: Dump,
  places: readonly string[],
  canaries: readonly string[],
): Promise<Scanned> {
  const wanted = canaries.map((canary) => canary.trim().toLowerCase()).filter((one) => one !== '');
  const files = (await Promise.all(places.map(filesIn))).flat();
  const found: Found[] = [];
  const numbers = new Map<string, Found[]>();
  for (const file of files) {
    let line = 0;
    for await (const text of createInterface({ input: createReadStream(file) })) {
      line += 1;
      const said = saidIn(text, wanted);
      if (said.canaries > 0) found.push({ file, line, what: 'canary' });
      for (const number of said.numbers) {
        const place = { file, line, what: 'NHS number' } as const;
        numbers.set(number, [...(numbers.get(number) ?? []), place]);
      }
    }
  }
  if (numbers.size > 0) {
    for await (const number of patientsOf(dump)) {
      found.push(...(numbers.get(number) ?? []));
      numbers.delete(number);
    }
  }
  return { files: files.length, found };
}

async function filesIn(place: string): Promise<string[]> {
  if (!(await stat(place)).isDirectory()) return [place];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
}

/** As the old store has them; a few at a time, however many there are. */
async function* patientsOf(dump: Dump): AsyncGenerator<string> {
  for (const part of dump.parts) {
    for await (const { rows } of groupsOf(dump, part)) {
      for (const { row } of rows.PRESCRIPTION) yield row.NHS_NO ?? '';
    }
  }
  for (const { table, part } of dump.manifest.files) {
    if (table !== 'NOMINATION') continue;
    for await (const some of readTable(dump, 'NOMINATION', part)) {
      for (const { row } of some) yield row.NHS_NO;
    }
  }
}
