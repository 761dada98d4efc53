import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

import { Trouble } from '../platform/trouble.ts';
import { canonicalJson, type Json } from './canonical.ts';

/** The end of the name of a signature that lies beside its file: 64 bytes, as `openssl pkeyutl -verify -rawin` takes them. */
export const SIGNATURE = '.sig';

/** A file whose signature is not that of the key that it should be of, or that was altered since. */
export class NotSigned extends Trouble {}

/** Writes canonical JSON and, beside it, its detached Ed25519 signature [MIGRATION 2.2, 6]. */
export async function writeSigned(file: string, value: Json, privateKeyPem: string): Promise<void> {
  const text = Buffer.from(canonicalJson(value));
  await writeFile(file, text);
  await writeFile(`${file}${SIGNATURE}`, sign(null, text, createPrivateKey(privateKeyPem)));
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
