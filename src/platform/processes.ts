import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { codeOf } from './trouble.ts';

const POLL_MS = 20;
const START_TIME_FIELD = 19; // field 22 of /proc/<pid>/stat, counted from the state (field 3)

/** Whether a process of this id runs. A zombie does not: it only waits for its parent to look. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  return statFields(pid)?.[0] !== 'Z';
}

/** Says when a process began, so that a process id given out a second time is not taken for the first. */
export function startStamp(pid: number): string | null {
  if (existsSync('/proc/self/stat')) return statFields(pid)?.[START_TIME_FIELD] ?? null;
  return fromPs(pid, 'lstart=');
}

/** The command line of a process; empty when it cannot be read. */
export function commandLine(pid: number): string {
  if (!existsSync('/proc/self/stat')) return fromPs(pid, 'args=') ?? '';
  return readOrNull(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() ?? '';
}

/** Sends a signal; a process that is gone already is what the sender wanted. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** Waits until a process that is no child of ours is gone; false when it outlives the time. */
export async function waitUntilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isRunning(pid)) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

function statFields(pid: number): readonly string[] | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  // The name in brackets may hold blanks and brackets itself, so count from the last one.
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function fromPs(pid: number, column: string): string | null {
  const { status, stdout } = spawnSync('ps', ['-ww', '-o', column, '-p', String(pid)], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : null;
}
