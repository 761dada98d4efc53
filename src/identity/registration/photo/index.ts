import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Database } from '../../../platform/database.ts';
import { asAgent, recordOf } from '../agent/index.ts';
import type { Actor } from '../repository.ts';
import type { RegistrationRefusal } from '../rules.ts';
import { readPhoto } from './photo.ts';
import { forgetPhoto, keepPhoto } from './repository.ts';

export { PHOTO_MAX_BYTES } from './photo.ts';
export { findPhoto, findPhotoNote } from './repository.ts';

type Answer<Value> = Promise<Result<Value, RegistrationRefusal>>;

/** An agent keeps the picture of a person: a JPEG or a PNG of at most 500 kB [EXPERIENCE 4.6]. */
export async function takePhoto(
  database: Database,
  userId: string,
  bytes: Buffer,
  by: Actor,
): Answer<null> {
  const agent = await asAgent(database, by);
  if (!agent.ok) return agent;
  if (userId === by.userId) return fail({ kind: 'ForOneself' });
  const record = await recordOf(database, userId);
  if (!record.ok) return record;
  const photo = readPhoto(bytes);
  if (!photo.ok) return photo;
  await keepPhoto(database, userId, photo.value, by);
  return ok(null);
}

/** An agent removes the picture of a person. */
export async function removePhoto(database: Database, userId: string, by: Actor): Answer<null> {
  const agent = await asAgent(database, by);
  if (!agent.ok) return agent;
  if (userId === by.userId) return fail({ kind: 'ForOneself' });
  return (await forgetPhoto(database, userId, by)) ? ok(null) : fail({ kind: 'PhotoMissing' });
}
