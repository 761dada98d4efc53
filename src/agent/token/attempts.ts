import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { codeOf } from '../../platform/trouble.ts';

/** Entries of the passcode of one card on this machine since the last right one, durable [IDENTITY 1.4]. */
export type Attempts = {
  /**
   * Notes one before it is judged, so that nothing can be tried for free: not by many programs at once, not by pulling
   * the plug. Answers its number; null when none is left.
   */
  take(): Promise<number | null>;
  /** The one with this number was right, and so those before it are forgotten. */
  clear(attempt: number): Promise<void>;
  /** How many are noted. */
  count(): Promise<number>;
  /** The card itself takes no more: nor do we. */
  exhaust(): Promise<void>;
};

export const ATTEMPTS_MAX = 3; // the third wrong one locks the card [IDENTITY 1.4]

/**
 * Each entry is a file with its number, which only one program on this machine can make. They are ours, beside the
 * card: some chips count too few or not at all. Whoever may delete them may try again, as with any reader of their own.
 */
export function attemptsIn(folder: string, cardId: string): Attempts {
  const own = join(folder, createHash('sha256').update(cardId).digest('hex').slice(0, 32));
  const fileOf = (attempt: number): string => join(own, String(attempt));
  const take = async (): Promise<number | null> => {
    await mkdir(own, { recursive: true, mode: 0o700 });
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const file = await openNew(fileOf(attempt));
      if (file === null) continue;
      await file.sync();
      await file.close();
      await syncFolder(own);
      return attempt;
    }
    return null;
  };
  return {
    take,
    clear: async (attempt) => {
      for (let n = attempt; n >= 1; n -= 1) await rm(fileOf(n), { force: true });
    },
    count: async () => (await namesIn(own)).length,
    exhaust: async () => {
      while ((await take()) !== null);
    },
  };
}

/** Null: somebody else has made it. */
async function openNew(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return null;
    throw error;
  }
}

/** A new name is safe only when its folder is; Windows keeps it without being told, and opens no folder. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  await folder.sync();
  await folder.close();
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
