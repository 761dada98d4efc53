import { readFile } from 'node:fs/promises';

import { type Invocation, textOption } from '../cli/command.ts';
import { Trouble } from '../platform/trouble.ts';
import { type Dump, openDump } from './lx1/open-dump.ts';

export const KEY = {
  flag: 'key',
  value: 'file',
  help: 'public key of who signs the exports, as PEM (Ed25519)',
} as const;

/** The export in a folder, checked with the key that was named. */
export async function openNamed(invocation: Invocation, folder: string): Promise<Dump> {
  return openDump(folder, await readFile(keyOf(invocation), 'utf8'));
}

/** The file of the key that was named; throws `Trouble` when none was. */
export function keyOf(invocation: Invocation): string {
  const file = textOption(invocation, KEY.flag);
  if (file !== null) return file;
  throw new Trouble('whose signature the export must have is not said', 'name it: --key <file>');
}
