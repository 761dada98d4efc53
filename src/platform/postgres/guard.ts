import { spawn } from 'node:child_process';

export type Guard = { readonly dismiss: () => void };

/** Reads until its input ends, which is when the supervisor has died in whatever way, or a word comes. */
const SCRIPT = 'trap "" INT TERM HUP; if read -r word; then exit 0; fi; kill -INT "$0"';

/**
 * A shell that outlives us for a moment: when we are killed outright it stops PostgreSQL, so that
 * kill -9 leaves no server running for ever. PostgreSQL itself cannot notice that we are gone.
 */
export function guard(pid: number | undefined): Guard {
  if (pid === undefined) return { dismiss: () => {} };
  const shell = spawn('sh', ['-c', SCRIPT, String(pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell the next start on these data still stops the server that was left.
  shell.on('error', () => {});
  shell.stdin?.on('error', () => {});
  shell.unref();
  return { dismiss: () => shell.stdin?.end('done\n') };
}
