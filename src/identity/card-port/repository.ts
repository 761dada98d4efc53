import { createHash, randomBytes } from 'node:crypto';

import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';

export type CardProof = { readonly userId: string; readonly card: string };

const CODE_BYTES = 32;

/** Answers a code that fetches it once. */
export async function keepProof(
  database: Database,
  { request, userId, card }: CardProof & { readonly request: string },
  expiresAt: Date,
): Promise<string> {
  const code = randomBytes(CODE_BYTES).toString('base64url');
  await database.write(sql`
    insert into identity.card_proof (digest, request, user_id, card, expires_at)
    values (${digestOf(code)}, ${request}, ${userId}, ${card}, ${expiresAt})`);
  return code;
}

/** Null when it was fetched before, is too old or was for another request. */
export async function takeProof(
  database: Database,
  { request, code }: { readonly request: string; readonly code: string },
  at: Date,
): Promise<CardProof | null> {
  const [proof] = await database.write<CardProof>(sql`
    delete from identity.card_proof
    where digest = ${digestOf(code)} and request = ${request} and expires_at > ${at}
    returning user_id as "userId", card`);
  return proof ?? null;
}

export async function forgetProofs(database: Database, at: Date): Promise<void> {
  await database.write(sql`delete from identity.card_proof where expires_at < ${at}`);
}

function digestOf(code: string): string {
  return createHash('sha256').update(code).digest('base64url');
}
