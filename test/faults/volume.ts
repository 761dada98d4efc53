import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

import { codeOf } from '../../src/platform/trouble.ts';

/** A disk of its own, small enough to be filled. */
export type Volume = {
  readonly folder: string;
  /** Leaves no room on it. */
  readonly fill: () => void;
  /** Gives back what `fill` took. */
  readonly clear: () => void;
  readonly remove: () => void;
};

/** `size`: as mount has it. Needs root. */
export function makeVolume(folder: string, size: string): Volume {
  const ballast = join(folder, 'ballast');
  mkdirSync(folder);
  command('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0755`, 'tmpfs', folder]);
  return {
    folder,
    fill: () => {
      const { bavail, bsize } = statfsSync(folder);
      command('fallocate', ['--length', String(bavail * bsize - LAST_BYTES), ballast]);
      fillUp(ballast); // others may be writing to it
    },
    clear: () => rmSync(ballast, { force: true }),
    remove: () => {
      command('umount', ['--lazy', folder]);
      rmdirSync(folder);
    },
  };
}

const LAST_BYTES = 4_194_304;

function fillUp(file: string): void {
  try {
    appendFileSync(file, Buffer.alloc(2 * LAST_BYTES));
  } catch (error) {
    if (codeOf(error) !== 'ENOSPC') throw error;
  }
}

function command(program: string, words: readonly string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
}
