import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { present } from '../../src/kernel/bug.ts';
import type { System } from './system.ts';

const SPINE = fileURLToPath(new URL('../../bin/spine.ts', import.meta.url));
const WITHIN_MS = 300_000; // a first copy of all that is there
const LOOK_MS = 200;

/** `spine backup --follow`, as a host for backups runs it. */
export type FollowedBackups = {
  /** Resolves when it has said so. */
  readonly untilSaid: (words: RegExp) => Promise<void>;
  /** Resolves when the log up to now is in them. */
  readonly untilAllIsIn: () => Promise<void>;
  /** Restores them as a drill does; what is wrong with them. */
  readonly drilled: () => Promise<readonly string[]>;
  readonly end: () => Promise<void>;
};

export function followBackups(system: System, store: string): FollowedBackups {
  const { cluster, rows } = system;
  const environment = { ...process.env, DATABASE_URL: cluster.urlOf('a') };
  const run = (...words: readonly string[]): ChildProcess =>
    spawn(process.execPath, [SPINE, ...words], {
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  const child = run('backup', '--into', store, '--plain', '--follow');
  let said = '';
  child.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    for (const end = performance.now() + WITHIN_MS; !(await isSo()); await delay(LOOK_MS)) {
      if (child.exitCode !== null || performance.now() > end) {
        throw new Error(`the backups: ${said}`);
      }
    }
  };
  return {
    untilSaid: (words) => until(() => words.test(said)),
    untilAllIsIn: async () => {
      const [now] = await rows.all<{ at: string }>('select pg_current_wal_lsn()::text as at');
      const kept = 'select $1::pg_lsn >= $2::pg_lsn as "isIn"';
      await until(async () => {
        const file = readFileSync(join(store, 'log-end.json'), 'utf8');
        const { position } = JSON.parse(file) as { readonly position: string };
        const [found] = await rows.all<{ isIn: boolean }>(kept, [position, now?.at]);
        return found?.isIn === true;
      });
    },
    drilled: async () => {
      const drill = run('drill', '--from', store);
      const [words, [code]] = await Promise.all([
        text(present(drill.stderr, 'what it says')),
        once(drill, 'exit'),
      ]);
      return code === 0 ? [] : [`the backups do not come back: ${words}`];
    },
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
