import {
  createCipheriv,
  createDecipheriv,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';

import { Trouble } from '../trouble.ts';

/** A key that files are encrypted with; the store has it encrypted to the recovery key. */
export type DataKey = { readonly id: string; readonly bytes: Buffer };

const MAGIC = Buffer.from('OSB1');
const KEY_BYTES = 32;
const ID_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = MAGIC.length + ID_BYTES + NONCE_BYTES;

export function makeDataKey(): DataKey {
  return { id: randomBytes(ID_BYTES).toString('hex'), bytes: randomBytes(KEY_BYTES) };
}

export function wrapped(key: DataKey, recoveryKey: KeyObject): Buffer {
  return publicEncrypt({ key: recoveryKey, oaepHash: 'sha256' }, key.bytes);
}

export function unwrapped(id: string, bytes: Buffer, privateKey: KeyObject): DataKey {
  return { id, bytes: privateDecrypt({ key: privateKey, oaepHash: 'sha256' }, bytes) };
}

/** Encrypts with AES-256-GCM: which key, a nonce of this file alone, the bytes, the tag over all of it. */
export async function* sealed(
  key: DataKey,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void> {
  const nonce = randomBytes(NONCE_BYTES);
  const head = Buffer.concat([MAGIC, Buffer.from(key.id, 'hex'), nonce]);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce);
  cipher.setAAD(head);
  yield head;
  for await (const chunk of chunks) yield cipher.update(chunk);
  yield cipher.final();
  yield cipher.getAuthTag();
}

/** The bytes of a file that `sealed` made. What it gives counts only when it ends without an error. */
export async function unsealed(
  file: string,
  keyOf: (id: string) => Promise<DataKey>,
): Promise<Readable> {
  const { head, tag, sizeBytes } = await endsOf(file);
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new Trouble(`${file} is no encrypted backup file`, 'restore from another copy of it');
  }
  const key = await keyOf(head.subarray(MAGIC.length, MAGIC.length + ID_BYTES).toString('hex'));
  const nonce = head.subarray(HEAD_BYTES - NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce);
  decipher.setAAD(head);
  decipher.setAuthTag(tag);
  const bytes = createReadStream(file, { start: HEAD_BYTES, end: sizeBytes - TAG_BYTES - 1 });
  bytes.once('error', (error) => decipher.destroy(error));
  return bytes.pipe(decipher);
}

async function endsOf(file: string) {
  const opened = await open(file);
  try {
    const { size } = await opened.stat();
    const head = Buffer.alloc(HEAD_BYTES);
    const tag = Buffer.alloc(TAG_BYTES);
    await opened.read(head, 0, HEAD_BYTES, 0);
    await opened.read(tag, 0, TAG_BYTES, Math.max(0, size - TAG_BYTES));
    return { head, tag, sizeBytes: size };
  } finally {
    await opened.close();
  }
}
