import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';

import { Trouble } from '../platform/trouble.ts';
import { canonicalJson, type Json } from './canonical.ts';

/** The end of the name of a signature that lies beside its file: 64 bytes, as `openssl pkeyutl -verify -rawin` takes them. */
export const SIGNATURE = '.sig';

/** A file whose signature is not that of the key that it should be of, or that was altered since. */
export class NotSigned extends Trouble {}

/** The end of the name of a file, or of a signature, that is not whole yet. */
const NEW = '.new';

/**
 * Writes canonical JSON and, beside it, its detached Ed25519 signature [MIGRATION 2.2, 6]. What was there before stays
 * until both are on the disk; killed between the two it is as good as not signed, until `settleSigned` ends it.
 */
export async function writeSigned(file: string, value: Json, privateKeyPem: string): Promise<void> {
  const text = Buffer.from(canonicalJson(value));
  const signature = `${file}${SIGNATURE}`;
  await writeWhole(`${file}${NEW}`, text);
  await writeWhole(`${signature}${NEW}`, sign(null, text, createPrivateKey(privateKeyPem)));
  await rename(`${file}${NEW}`, file);
  await rename(`${signature}${NEW}`, signature);
}

async function writeWhole(file: string, bytes: Buffer): Promise<void> {
  const opened = await open(file, 'w');
  try {
    await opened.writeFile(bytes);
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** Puts the signature in its place of a file whose writer was killed before that. */
export async function settleSigned(file: string, publicKeyPem: string): Promise<void> {
  const signature = `${file}${SIGNATURE}`;
  if (!existsSync(`${signature}${NEW}`) || !existsSync(file)) return;
  const [text, signed] = [await bytesOf(file), await bytesOf(`${signature}${NEW}`)];
  const isOfIt = verify(null, text, createPublicKey(publicKeyPem), signed);
  if (isOfIt) await rename(`${signature}${NEW}`, signature);
}

/** Reads a file that was signed with this key; throws `NotSigned` when it was not, or was altered since, and `Trouble` when it cannot be read. */
export async function readSigned(file: string, publicKeyPem: string): Promise<unknown> {
  const text = await bytesOf(file);
  const signature = await bytesOf(`${file}${SIGNATURE}`);
  if (!verify(null, text, createPublicKey(publicKeyPem), signature)) {
    throw new NotSigned(
      `${file} is not what was signed, or another key signed it`,
      'take the file again from where it was made, and the key from whom you trust for it',
    );
  }
  const value: unknown = JSON.parse(text.toString());
  return value;
}

/** Names a key: the first 16 characters of the SHA-256 of its public half (SubjectPublicKeyInfo). */
export function keyIdOf(pem: string): string {
  const key = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch {
    throw new Trouble(
      `${file} cannot be read`,
      'a signed file is whole only with its signature beside it',
    );
  }
}
