import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { readPrivateFile } from '../private-file.ts';
import { codeOf, Trouble } from '../trouble.ts';
import type { SealKey } from './seal.ts';

/** SHA-256 of its SPKI form, in hex. */
function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** The key of a file (Ed25519, PKCS #8 in PEM), which is made when it is not there; throws when others may read it. */
export async function openSealKey(file: string): Promise<SealKey> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const { privateKey: made } = generateKeyPairSync('ed25519');
  const pem = made.export({ type: 'pkcs8', format: 'pem' });
  try {
    await writeFile(file, pem, { mode: 0o600, flag: 'wx', flush: true });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const privateKey = createPrivateKey(await readPrivateFile(file));
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new Trouble(`${file} is no Ed25519 key`, 'openssl genpkey -algorithm ed25519');
  }
  return { id: keyIdOf(createPublicKey(privateKey)), privateKey };
}

const PUBLIC = '.pub.pem';

/** Leaves the public part in a folder, where it stays when there is another key. */
export async function keepPublicKey(folder: string, key: SealKey): Promise<void> {
  await mkdir(folder, { recursive: true });
  const pem = createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' });
  await writeFile(join(folder, `${key.id}${PUBLIC}`), pem);
}

/** Public keys of a folder, by their ids: whoever else's seals are to be believed has theirs there too. */
export async function publicKeysOf(folder: string): Promise<Map<string, KeyObject>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(PUBLIC));
  const keys = await Promise.all(
    names.map(async (name) => createPublicKey(await readFile(join(folder, name), 'utf8'))),
  );
  return new Map(keys.map((key) => [keyIdOf(key), key]));
}
