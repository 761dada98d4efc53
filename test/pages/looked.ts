import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** */
export const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** A state of a page that was looked at, and what was found. */
export type Looked = {
  readonly title: string;
  readonly path: string;
  readonly faults: readonly string[];
};

let count = 0;

/** With OPENSPINE_ACCESSIBILITY=folder it is kept there, for the accessibility statement. */
export function noteLooked(looked: Looked): void {
  const folder = process.env['OPENSPINE_ACCESSIBILITY'];
  if (folder === undefined) return;
  count += 1;
  writeFileSync(join(folder, `${process.pid}-${count}.json`), JSON.stringify(looked));
}
