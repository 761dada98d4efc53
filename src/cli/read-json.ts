import { readFile } from 'node:fs/promises';

import { messageOf } from '../platform/trouble.ts';

/** What a file that somebody named holds, or why it cannot be read. */
export async function readJson(file: string): Promise<{ json: unknown } | { problem: string }> {
  try {
    return { json: JSON.parse(await readFile(file, 'utf8')) };
  } catch (error) {
    return { problem: `${file} cannot be read as JSON: ${messageOf(error)}` };
  }
}
