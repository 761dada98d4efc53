import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { SIGNATURE } from '../signed-file.ts';
import { type DumpFile, type Manifest, MANIFEST, readManifest } from './manifest.ts';
import { refused } from './refusal.ts';
import { isTable } from './tables.ts';

/** An export whose files are what its signed manifest says. */
export type Dump = {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Numbers of its parts: each holds the rows of a range of prescriptions, of every table. */
  readonly parts: readonly number[];
  /** Dirty classes of which every record is held by the plan; absent: none but those that always are. */
  readonly holds?: readonly string[];
};

/**
 * Opens an export: its signature, and that each file is there once, with the bytes that were signed, and no other
 * [MIGRATION 2.2]. Throws `Trouble` that names the file; nothing is read of one that is refused.
 */
export async function openDump(folder: string, publicKeyPem: string): Promise<Dump> {
  const manifest = await readManifest(folder, publicKeyPem);
  const names = new Set<string>();
  const places = new Set<string>();
  for (const file of manifest.files) {
    const place = `${file.table} part ${file.part}`;
    if (names.has(file.name) || places.has(place)) {
      throw refused(file.name, null, `the manifest lists ${place} twice`);
    }
    names.add(file.name);
    places.add(place);
    if (!isTable(file.table) && file.table !== PAYLOAD && file.table !== DOCUMENT) {
      throw refused(file.name, null, `table ${file.table} is not known`);
    }
  }
  await assureNoOther(folder, names);
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (const file of manifest.files) await assureUnchanged(folder, file, buffer);
  const parts = [...new Set(manifest.files.map(({ part }) => part))];
  return { folder, manifest, parts: parts.toSorted((one, other) => one - other) };
}

/** Messages as they were received. */
export const PAYLOAD = 'PAYLOAD';
/** Of LX-2: a prescription a line. */
export const DOCUMENT = 'DOCUMENT' as const;

/** The file of a table in a part; null where the part has none of it. */
export function fileOf({ manifest }: Dump, table: string, part: number): DumpFile | null {
  return manifest.files.find((file) => file.table === table && file.part === part) ?? null;
}

async function assureNoOther(folder: string, names: ReadonlySet<string>): Promise<void> {
  const own = [MANIFEST, `${MANIFEST}${SIGNATURE}`];
  for (const name of await readdir(folder)) {
    if (!names.has(name) && !own.includes(name)) {
      throw refused(name, null, 'the manifest does not list this file');
    }
  }
}

async function assureUnchanged(folder: string, file: DumpFile, buffer: Buffer): Promise<void> {
  const path = join(folder, file.name);
  const bytes = await sizeOf(path);
  if (bytes === null) throw refused(file.name, null, 'the manifest lists it, and it is not there');
  if (bytes !== file.bytes) {
    throw refused(file.name, null, `it has ${bytes} bytes where ${file.bytes} were signed`);
  }
  if ((await sha256Of(path, buffer)) !== file.sha256) {
    throw refused(file.name, null, 'its bytes are not those that were signed');
  }
}

/** Read into one buffer: a stream has a new one for each piece, and of a large export they are not gone as quickly. */
export async function sha256Of(
  path: string,
  buffer: Buffer = Buffer.allocUnsafe(READ_BYTES),
): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

const READ_BYTES = 262_144;

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch {
    return null;
  }
}
