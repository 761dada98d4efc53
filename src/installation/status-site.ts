import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { hl7v3Url, localUrl } from './addresses.ts';
import { type Kept, startKept } from './kept-process.ts';
import type { State } from './state-file.ts';
import { statusFolderOf } from './status-folder.ts';

/** The process of the status site. */
export type StatusSite = { readonly stop: () => Promise<void>; readonly kill: () => void };

const USUAL_PROGRAM: readonly string[] = [
  fileURLToPath(new URL('../../bin/spine.ts', import.meta.url)),
  'serve-status',
];

/** Of this run: who knows it may tell the status site how users fare. */
const KEY = randomBytes(32).toString('base64url');

/** What a datacentre needs to know of it. */
export function statusSettings({ ports }: Pick<State, 'ports'>): Record<string, string> {
  const url = process.env['OPENSPINE_STATUS_URL'] ?? localUrl(ports.status);
  return {
    OPENSPINE_STATUS_URL: url,
    OPENSPINE_STATUS_KEY: process.env['OPENSPINE_STATUS_KEY'] ?? KEY,
  };
}

/** Starts it and keeps it running; it needs no database, and is there before the datacentres are. */
export function startStatusSite(
  options: Pick<Kept, 'log' | 'signal'> & {
    readonly state: State;
    /** Program and words; see Parts. */
    readonly program: readonly string[] | null;
  },
): Promise<StatusSite> {
  const { state, program, log, signal } = options;
  const { ports, apiA, apiB, mode } = state;
  const launch: Kept['launch'] = () =>
    spawn(process.execPath, program ?? USUAL_PROGRAM, {
      detached: true, // its own group: Ctrl-C is for us
      env: {
        ...process.env,
        ...statusSettings(state),
        OPENSPINE_MODE: mode,
        OPENSPINE_STATUS_PORT: String(ports.status),
        OPENSPINE_STATUS_FOLDER: statusFolderOf(state),
        OPENSPINE_STATUS_DATACENTRE_A: apiA,
        OPENSPINE_STATUS_DATACENTRE_B: apiB,
        OPENSPINE_STATUS_HL7V3_A: hl7v3Url(ports.hl7v3A),
        OPENSPINE_STATUS_HL7V3_B: hl7v3Url(ports.hl7v3B),
      },
      stdio: ['ignore', 2, 2, 'ipc'],
    });
  return startKept({ name: 'status site', launch, log, signal });
}
