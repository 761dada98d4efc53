import { Trouble } from '../../platform/trouble.ts';

/** An export that is not taken: which file, which row, and why [MIGRATION 2.2]. Nothing of it was loaded by then. */
export function refused(file: string, row: number | null, reason: string): Trouble {
  const place = row === null ? file : `${file}, row ${row}`;
  return new Trouble(
    `${place}: ${reason}`,
    'nothing is repaired by guessing: take the export again, or have it made again',
  );
}
