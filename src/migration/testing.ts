import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

import { dumpFolder, generateDump, TRUTH, type Wanted } from './generate/generate.ts';
import { newSigners } from './generate/signers.ts';
import type { Truth } from './generate/truth.ts';
import { type Dump, openDump } from './lx1/open-dump.ts';

/** Who signs the exports of tests; made anew for every run. */
export const EXPORTER = keyPair();

/** Who signs the orders of tests; made anew for every run. */
export const SIGNERS = await newSigners();

export function keyPair(): { readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

export type Generated = {
  readonly folder: string;
  readonly dump: Dump;
  readonly truths: readonly Truth[];
};

/** A few days after the clocks went back, so that the doubled hour is in it. */
export const AS_OF_MS = Date.UTC(2014, 9, 30, 2);

/** An export in a folder of its own, gone after the tests of the file. */
export async function aDump(changes: Partial<Wanted> = {}): Promise<Generated> {
  const folder = await aFolder();
  await generateDump({ ...WANTED, folder, ...changes });
  const dump = await openDump(dumpFolder(folder), EXPORTER.publicKey);
  return { folder, dump, truths: truthsOf(folder) };
}

export async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'openspine-migration-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const WANTED: Omit<Wanted, 'folder'> = {
  seed: 7,
  asOfMs: AS_OF_MS,
  pharmacies: 40,
  surgeries: 30,
  prescriptions: 400,
  perPart: 200,
  packing: 'none',
  format: 'LX-1',
  dirt: 1,
  changing: 0,
  privateKeyPem: EXPORTER.privateKey,
  signers: SIGNERS,
};

export function truthsOf(folder: string, name = TRUTH): Truth[] {
  const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
  return lines.map((line): Truth => JSON.parse(line));
}
