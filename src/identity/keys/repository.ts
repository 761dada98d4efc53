import { createHash, generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

import { present } from '../../kernel/bug.ts';
import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import {
  currentOf,
  type KeptKey,
  type KeptSecret,
  type KeySet,
  type SigningKey,
} from './signing-key.ts';

/** The keys of this installation; the first start makes the one that signs and the next one. */
export async function openKeySet(database: Database): Promise<KeySet> {
  const known = await readKeySet(database);
  const turn = known?.turn ?? 1;
  if (known !== null && isWhole(known)) return known;
  // Two first starts at once: the one that comes second keeps the keys of the first.
  await insertKey(database, turn);
  await insertKey(database, turn + 1);
  await database.write(sql`
    insert into identity.signing_turn (generation, since) values (${turn}, now())
    on conflict do nothing`);
  return present(await readKeySet(database), 'signing keys');
}

/** Whose turn it is, and the next one. */
function isWhole({ keys, secrets, turn }: KeySet): boolean {
  const has = (all: readonly { readonly generation: number }[], wanted: number): boolean =>
    all.some(({ generation }) => generation === wanted);
  return has(keys, turn + 1) && has(secrets, turn) && has(secrets, turn + 1);
}

/** The key that signs now. */
export async function currentKey(database: Database): Promise<SigningKey> {
  return present(currentOf(await openKeySet(database)), 'current signing key');
}

/** Null before the first start. */
export async function readKeySet(database: Database): Promise<KeySet | null> {
  const rows = await database.all<KeptKey & { turn: number; since: Date }>(sql`
    select k.kid, k.private_key as "privateKey", k.public_key as "publicKey", k.generation,
      k.verifies_until as "verifiesUntil", t.generation as turn, t.since
    from identity.signing_turn t cross join identity.signing_key k order by k.generation desc`);
  const [first] = rows;
  if (first === undefined) return null;
  const { turn, since } = first;
  const secrets = await database.all<KeptSecret>(sql`
    select generation, bytes, opens_until as "opensUntil" from identity.broker_secret
    order by generation desc`);
  return { keys: rows, turn, since, secrets };
}

/**
 * Gives the turn to the next key and the next secret of the broker, unless another process just did. Those before
 * verify and open on until their times.
 */
export async function passTurn(
  database: Database,
  { turn }: KeySet,
  { at, verifiesUntil, opensUntil }: Ends,
): Promise<boolean> {
  const rows = await database.write(sql`
    with passed as (
      update identity.signing_turn set generation = generation + 1, since = ${at}
      where generation = ${turn} returning generation),
    old as (
      update identity.signing_key set verifies_until = ${verifiesUntil}
      where generation = ${turn} and exists (select from passed)),
    old_secret as (
      update identity.broker_secret set opens_until = ${opensUntil}
      where generation = ${turn} and exists (select from passed))
    select generation from passed`);
  await insertKey(database, turn + 2);
  return rows.length === 1;
}

type Ends = { readonly at: Date; readonly verifiesUntil: Date; readonly opensUntil: Date };

export async function forgetEnded(database: Database, at: Date): Promise<void> {
  await database.write(sql`delete from identity.broker_secret where opens_until < ${at}`);
  await database.write(sql`delete from identity.signing_key where verifies_until < ${at}`);
}

const SECRET_BYTES = 32;

/** Both of a generation, those that are not there yet. */
async function insertKey(database: Database, generation: number): Promise<void> {
  await database.write(sql`
    insert into identity.broker_secret (generation, bytes) values (${generation}, ${randomBytes(SECRET_BYTES)})
    on conflict (generation) do nothing`);
  const known = await database.all(
    sql`select from identity.signing_key where generation = ${generation}`,
  );
  if (known.length > 0) return;
  const { kid, privateKey, publicKey } = await newKey();
  await database.write(sql`
    insert into identity.signing_key (kid, generation, private_key, public_key)
    values (${kid}, ${generation}, ${privateKey}, ${publicKey})
    on conflict (generation) do nothing`);
}

const makePair = promisify(generateKeyPair);

async function newKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await makePair('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const kid = createHash('sha256').update(publicKey).digest('base64url').slice(0, 16);
  return { kid, privateKey, publicKey };
}
