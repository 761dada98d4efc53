import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { auditLine } from '../record.ts';
import { endingSessions } from '../sessions/index.ts';
import { cardNameOf, type NewSecurityKey, type SecurityKey } from './security-key.ts';

const COLUMNS = sql`credential_id as "credentialId", user_id as "userId", name, public_key as "publicKey", counter,
  transports, is_single_device as "isSingleDevice", aaguid, is_attested as "isAttested",
  registered_at as "registeredAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt"`;

export async function findKey(
  database: Database,
  credentialId: string,
): Promise<SecurityKey | null> {
  const [key] = await database.all<SecurityKey>(sql`
    select ${COLUMNS} from identity.security_key where credential_id = ${credentialId}`);
  return key ?? null;
}

export function keysOf(database: Database, userId: string): Promise<SecurityKey[]> {
  return database.all<SecurityKey>(sql`
    select ${COLUMNS} from identity.security_key where user_id = ${userId} order by registered_at`);
}

/** False when somebody has a key of this id already. */
export async function keepKey(database: Database, key: NewSecurityKey): Promise<boolean> {
  const { credentialId, userId, registeredAt: at } = key;
  const act = { interaction: 'security-key-register', at, userId, outcome: credentialId };
  const rows = await database.write(sql`
    with kept as (
      insert into identity.security_key (credential_id, user_id, name, public_key, counter, transports,
        is_single_device, aaguid, is_attested, registered_at)
      values (${credentialId}, ${userId}, ${key.name}, ${key.publicKey}, ${key.counter},
        ${key.transports}::text[], ${key.isSingleDevice}, ${key.aaguid}, ${key.isAttested}, ${at})
      on conflict do nothing returning credential_id),
    audit as (${auditLine(act)} from kept)
    select from kept`);
  return rows.length === 1;
}

/** Notes a use. False when the counter has not risen: somebody has a copy. A key that does not count says 0 always. */
export async function countUse(
  database: Database,
  { credentialId }: SecurityKey,
  counter: number,
  at: Date,
): Promise<boolean> {
  const rows = await database.write(sql`
    update identity.security_key set counter = ${counter}, last_used_at = ${at}
    where credential_id = ${credentialId} and revoked_at is null
      and (counter < ${counter} or (counter = 0 and ${counter}::bigint = 0))
    returning credential_id`);
  return rows.length === 1;
}

export async function noteRefusal(
  database: Database,
  { credentialId, userId }: SecurityKey,
  at: Date,
): Promise<void> {
  const outcome = `counter fell: ${credentialId}`;
  await database.write(auditLine({ interaction: 'security-key-sign-in', at, userId, outcome }));
}

/** It signs nobody in any more, and the sessions begun with it end. False when its owner has no such key. */
export async function revokeKey(
  database: Database,
  { credentialId, userId }: Pick<SecurityKey, 'credentialId' | 'userId'>,
  at: Date,
): Promise<boolean> {
  const act = { interaction: 'security-key-revoke', at, userId, outcome: credentialId };
  const rows = await database.write(sql`
    with revoked as (
      update identity.security_key set revoked_at = ${at}
      where credential_id = ${credentialId} and user_id = ${userId} and revoked_at is null
      returning credential_id),
    audit as (${auditLine(act)} from revoked),
    ${endingSessions({ card: cardNameOf(credentialId) }, 'card-revoked', at, sql`exists (select from revoked)`)}
    select from revoked`);
  return rows.length === 1;
}

export type Purpose = 'register' | 'sign-in';

/** For whom, and for what, a challenge is. */
export type Asked = {
  readonly challenge: string;
  readonly purpose: Purpose;
  readonly subject: string;
};

export async function keepChallenge(
  database: Database,
  { challenge, purpose, subject }: Asked,
  expiresAt: Date,
): Promise<void> {
  await database.write(sql`
    insert into identity.security_key_challenge (challenge, purpose, subject, expires_at)
    values (${challenge}, ${purpose}, ${subject}, ${expiresAt})`);
}

/** Uses it up; false when it is not out, or was for something else. */
export async function takeChallenge(
  database: Database,
  { challenge, purpose, subject }: Asked,
  at: Date,
): Promise<boolean> {
  const rows = await database.write(sql`
    delete from identity.security_key_challenge
    where challenge = ${challenge} and purpose = ${purpose} and subject = ${subject} and expires_at > ${at}
    returning challenge`);
  return rows.length === 1;
}

export async function forgetChallenges(database: Database, at: Date): Promise<void> {
  await database.write(sql`delete from identity.security_key_challenge where expires_at < ${at}`);
}
