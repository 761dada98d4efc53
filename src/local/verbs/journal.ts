import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import { listAt, parseJson } from '../client/json.ts';
import { type Remembered, readRemembered } from './remembered.ts';

const KEPT_MAX = 500; // prescriptions per installation: plenty for a day's trying

/** What this client remembers of an installation between commands. Newest last. */
export type Journal = {
  readonly find: (shortFormId: string | null) => Promise<Remembered | null>;
  readonly keep: (prescription: Remembered) => Promise<void>;
};

/**
 * One file for each address, readable by its owner alone. Commands that run at the same moment
 * may lose each other's entry; every fact can be given by a flag instead, so nothing depends on
 * it.
 */
export function openJournal(address: string, environment: NodeJS.ProcessEnv): Journal {
  const file = journalFile(address, environment);
  return {
    async find(shortFormId) {
      const kept = await read(file);
      return shortFormId === null
        ? (kept.at(-1) ?? null)
        : (kept.find((each) => isSame(each.shortFormId, shortFormId)) ?? null);
    },
    async keep(prescription) {
      const others = (await read(file)).filter(
        (each) => !isSame(each.shortFormId, prescription.shortFormId),
      );
      await write(file, [...others, prescription].slice(-KEPT_MAX));
    },
  };
}

export function journalFile(address: string, environment: NodeJS.ProcessEnv): string {
  const state = environment['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state');
  const name = address.replace(/^https?:\/\//, '').replaceAll(/[^A-Za-z0-9.-]+/g, '_');
  return join(state, 'openspine', `journal-${name}.json`);
}

/** Ids compare without their check character [EPS-FHIR 6.1]. */
function isSame(left: string, right: string): boolean {
  return left.slice(0, 19).toUpperCase() === right.slice(0, 19).toUpperCase();
}

async function read(file: string): Promise<readonly Remembered[]> {
  const text = await textOf(file);
  return listAt(parseJson(text), 'prescriptions').flatMap((each) => readRemembered(each) ?? []);
}

/** No file yet, or one we may not read, is an empty journal. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}

async function write(file: string, prescriptions: readonly Remembered[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, `${JSON.stringify({ version: 1, prescriptions })}\n`, { mode: 0o600 });
  await chmod(fresh, 0o600); // the mode of a file that was there before is not changed by writing it
  await rename(fresh, file);
}
