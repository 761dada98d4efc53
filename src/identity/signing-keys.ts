import { createHash, generateKeyPairSync } from 'node:crypto';

import type { Database } from '../platform/database.ts';
import { sql } from '../platform/sql.ts';

export type SigningKey = {
  readonly kid: string;
  /** PEM. */
  readonly privateKey: string;
  readonly publicKey: string;
};

/** The keys of this installation, newest first; the first start makes one. */
export async function signingKeys(database: Database): Promise<SigningKey[]> {
  const known = await readKeys(database);
  if (known.length > 0) return known;
  const key = newKey();
  // Two first starts at once: the one that comes second keeps the key of the first.
  await database.all(sql`
    insert into identity.signing_key (kid, generation, private_key, public_key)
    values (${key.kid}, 1, ${key.privateKey}, ${key.publicKey})
    on conflict (generation) do nothing`);
  return readKeys(database);
}

function readKeys(database: Database): Promise<SigningKey[]> {
  return database.all<SigningKey>(sql`
    select kid, private_key as "privateKey", public_key as "publicKey"
    from identity.signing_key order by generation desc`);
}

function newKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const kid = createHash('sha256').update(publicKey).digest('base64url').slice(0, 16);
  return { kid, privateKey, publicKey };
}
