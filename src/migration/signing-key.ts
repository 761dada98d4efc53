import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readPrivateFile } from '../platform/private-file.ts';

/** The key that reports in a folder are signed with, as PEM; made with the first. Its public half lies beside it. */
export async function signingKeyIn(folder: string, name = 'report-key'): Promise<string> {
  const file = join(folder, `${name}-private.pem`);
  if (existsSync(file)) return readPrivateFile(file);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await writeFile(join(folder, `${name}.pem`), publicKey);
  // Whole or not at all: a tool that is killed here makes another pair.
  await writeFile(`${file}.new`, privateKey, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return privateKey;
}
