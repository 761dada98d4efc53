import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Ports } from './addresses.ts';
import { isShown, type Mode } from './parts.ts';
import { isRunning, startStamp } from '../platform/processes.ts';
import { codeOf } from '../platform/trouble.ts';

/** What a running installation says of itself, so that a second one finds it. No secrets. */
export type State = {
  readonly version: string;
  readonly pid: number;
  /** When the process began, as the system counts: a process id may be given out again. */
  readonly stamp: string | null;
  readonly isReady: boolean;
  readonly mode: Mode;
  readonly portBase: number;
  readonly ports: Ports;
  readonly apiA: string;
  readonly apiB: string;
  readonly data: Data;
  /** Each datacentre has a database of its own. */
  readonly isReplicated: boolean;
  readonly people: readonly string[];
  readonly readyMade: readonly string[];
  readonly startedAt: string;
};

export type Data =
  | { readonly kind: 'temporary' | 'kept'; readonly folder: string }
  | { readonly kind: 'external' };

export type Found =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly state: State }
  /** Its process is dead: what it left is to be cleared away. */
  | { readonly kind: 'stale'; readonly state: State };

export function findState(portBase: number): Found {
  const state = readState(stateFile(portBase));
  if (state === null) return { kind: 'none' };
  const isSame = isRunning(state.pid) && startStamp(state.pid) === state.stamp;
  return { kind: isSame ? 'running' : 'stale', state };
}

/** Writes the first note of a start; false when another one holds the place. */
export function claimState(state: State): boolean {
  try {
    writeFileSync(stateFile(state.portBase), text(state), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

export function writeState(state: State): void {
  const file = stateFile(state.portBase);
  writeFileSync(`${file}.${process.pid}`, text(state), { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}

export function removeState(portBase: number): void {
  rmSync(stateFile(portBase), { force: true });
}

export function stateFile(portBase: number): string {
  const uid = process.getuid?.() ?? 0;
  return join(runtimeFolder(), `openspine-${uid}-${portBase}.json`);
}

function text(state: State): string {
  return JSON.stringify(state, null, 2);
}

/** sudo and containers leave a folder named that is another user's, or is not there. */
function runtimeFolder(): string {
  const folder = process.env['XDG_RUNTIME_DIR'];
  if (!folder) return tmpdir();
  try {
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    return tmpdir();
  }
}

/** Null for no file, one of another user (anybody may write in /tmp), and one that is no state. */
function readState(file: string): State | null {
  if (!existsSync(file)) return null;
  if (process.getuid !== undefined && statSync(file).uid !== process.getuid()) return null;
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isState(value) ? value : null;
  } catch {
    return null; // written half: by no version of ours, which moves a whole file into place
  }
}

function isState(value: unknown): value is State {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'data' in value &&
    'ports' in value &&
    'apiA' in value &&
    isShown(value)
  );
}
