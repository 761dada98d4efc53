import { appendFile, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parsedJson, readSeal, type Seal } from './seal.ts';

/** Seals in a folder outside the database, a line of JSON each, a file a month: `seals-2026-11.jsonl`. */
const NAME = /^seals-\d{4}-\d{2}\.jsonl$/;

/** Every seal of the folder, in order. */
export async function copiedSeals(folder: string): Promise<Seal[]> {
  const names = await namesIn(folder);
  return (await Promise.all(names.map((name) => readSeals(join(folder, name))))).flat();
}

const TAIL_BYTES = 8_192; // some twenty seals

/** Null when there is none. A line that was broken off when the power failed is removed. */
export async function lastCopied(folder: string): Promise<Seal | null> {
  for (const name of (await namesIn(folder)).toReversed()) {
    const file = await open(join(folder, name), 'r+');
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
      await file.read(bytes, 0, bytes.length, size - bytes.length);
      const end = bytes.lastIndexOf('\n') + 1;
      if (end < bytes.length) await file.truncate(size - (bytes.length - end));
      const line = bytes.subarray(0, end).toString().trimEnd().split('\n').at(-1) ?? '';
      const seal = readSeal(parsedJson(line));
      if (seal !== null) return seal;
    } finally {
      await file.close();
    }
  }
  return null;
}

/** Each is on the disk when this resolves. */
export async function appendSeals(folder: string, seals: readonly Seal[]): Promise<void> {
  for (const seal of seals) {
    const file = join(folder, `seals-${seal.sealedAt.slice(0, 7)}.jsonl`);
    await appendFile(file, `${JSON.stringify(seal)}\n`, { flush: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => NAME.test(name)).toSorted();
}

/** Lines that are none are left out: then a seal is missing. */
async function readSeals(file: string): Promise<Seal[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  return lines.flatMap((line) => readSeal(parsedJson(line)) ?? []);
}
