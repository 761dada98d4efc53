import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Datacentre, type Kept, startKept } from './kept-process.ts';
import type { Mode } from './parts.ts';

export type DatacentreOptions = {
  readonly name: 'a' | 'b';
  readonly port: number;
  readonly databaseUrl: string;
  /** Read while there is no primary; absent: nothing is. */
  readonly readDatabaseUrl?: string | null;
  readonly mode: Mode;
  /** The same for both: whichever of them lives answers there. */
  readonly signInPort: number;
  readonly pagesPort: number;
  readonly metricsPort: number;
  /** Of the whole installation, its own first. */
  readonly publicUrls: readonly string[];
  /** The same for both, so that either goes on with what the other began. */
  readonly cis2Issuer: string;
  readonly hl7v3Port: number;
  /** Of both, as senders reach them. */
  readonly hl7v3Urls: readonly string[];
  /** Folder for the key that signs the audit trail, and the copies of its seals; null: it is not sealed. */
  readonly auditFolder: string | null;
  /** Tells its next start what it had in hand when it died; absent or null: nothing does. */
  readonly inHandFile?: string | null;
  /** Folder for what the test systems prove themselves with; absent or null: they get no files. */
  readonly testSystemsFolder?: string | null;
  /** Socket file of the program that runs both; null: nobody takes orders from its pages. */
  readonly control?: string | null;
  /** Where it hears of open incidents, and what it shows there; absent: nowhere. */
  readonly status?: Readonly<Record<string, string>>;
  /** Program and words; see Parts. */
  readonly program: readonly string[] | null;
} & Pick<Kept, 'log' | 'signal' | 'waitsFor'>;

const USUAL_PROGRAM: readonly string[] = [
  fileURLToPath(new URL('../../bin/spine.ts', import.meta.url)),
  'serve',
];

/**
 * Starts the process of one datacentre and keeps it running. Resolves when it listens for the first
 * time. The process ends by itself when it loses us: it sees its channel close.
 */
export async function startDatacentre(options: DatacentreOptions): Promise<Datacentre> {
  const { log, signal, waitsFor } = options;
  const name = `datacentre ${options.name.toUpperCase()}`;
  return startKept({ name, launch: () => launch(options), log, signal, waitsFor });
}

/** One key for both, and a copy of the seals for each, as each site has its own. */
function auditEnvironment(folder: string, name: 'a' | 'b'): Record<string, string> {
  return {
    OPENSPINE_AUDIT_KEY: join(folder, 'key.pem'),
    OPENSPINE_AUDIT_FOLDER: join(folder, name),
  };
}

function launch(options: DatacentreOptions): ChildProcess {
  const { name, port, databaseUrl, mode, program, publicUrls, cis2Issuer } = options;
  const { hl7v3Port, hl7v3Urls, signInPort, pagesPort, metricsPort, auditFolder } = options;
  const { readDatabaseUrl = null, inHandFile = null, control = null } = options;
  const { testSystemsFolder = null } = options;
  return spawn(process.execPath, program ?? USUAL_PROGRAM, {
    detached: true, // its own group: Ctrl-C is for us, and we let it drain before the database goes
    env: {
      ...(auditFolder === null ? {} : auditEnvironment(auditFolder, name)),
      ...process.env,
      OPENSPINE_DATACENTRE: name,
      OPENSPINE_PORT: String(port),
      OPENSPINE_SIGN_IN_PORT: String(signInPort),
      OPENSPINE_PAGES_PORT: String(pagesPort),
      OPENSPINE_METRICS_PORT: String(metricsPort),
      OPENSPINE_MODE: mode,
      OPENSPINE_PUBLIC_URLS: process.env['OPENSPINE_PUBLIC_URLS'] ?? publicUrls.join(','),
      OPENSPINE_CIS2_ISSUER: process.env['OPENSPINE_CIS2_ISSUER'] ?? cis2Issuer,
      OPENSPINE_HL7V3_PORT: String(hl7v3Port),
      ...options.status,
      OPENSPINE_HL7V3_URLS: process.env['OPENSPINE_HL7V3_URLS'] ?? hl7v3Urls.join(','),
      DATABASE_URL: databaseUrl,
      ...(inHandFile === null ? {} : { OPENSPINE_IN_HAND_FILE: inHandFile }),
      ...(testSystemsFolder === null ? {} : { OPENSPINE_TEST_SYSTEMS: testSystemsFolder }),
      ...(control === null ? {} : { OPENSPINE_CONTROL: control }),
      ...(readDatabaseUrl === null ? {} : { OPENSPINE_READ_DATABASE_URL: readDatabaseUrl }),
    },
    // Its log is progress, not our result. Handed down as it is: no copying on the message path.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
}
