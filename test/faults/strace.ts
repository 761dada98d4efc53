import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

const STRACE = '/usr/bin/strace';

/** Of the system calls by which a program has its disk keep what it wrote. */
export const SYNCING = 'fdatasync,fsync';

/** Why no program can be given other answers by the system here; null: it can. */
export function withoutStrace(): string | null {
  return existsSync(STRACE) && process.getuid?.() === 0 ? null : 'this needs root and strace';
}

/** Lets go of those it holds. */
export type Bent = { readonly end: () => Promise<void> };

/**
 * From now on these processes, and those that they start, get this from the system: `calls:what`, as strace has it.
 * `paths`: only where it is about one of these files; empty: always.
 */
export function bend(
  pids: readonly number[],
  injected: string,
  paths: readonly string[] = [],
): Bent {
  const [calls] = injected.split(':');
  const words = [
    '-f',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${injected}`,
  ];
  const tracer = spawn(
    STRACE,
    [
      ...words,
      ...paths.flatMap((path) => ['-P', path]),
      ...pids.flatMap((pid) => ['-p', String(pid)]),
    ],
    { stdio: 'ignore' },
  );
  const ended = once(tracer, 'exit');
  return {
    end: async () => {
      if (tracer.exitCode === null && tracer.signalCode === null) tracer.kill('SIGTERM');
      await ended;
    },
  };
}
