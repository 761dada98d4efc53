import type { Database } from '../../../platform/database.ts';
import { sql } from '../../../platform/sql.ts';
import { auditLine } from '../../record.ts';
import type { Actor } from '../repository.ts';
import type { Photo } from './photo.ts';

/** In place of the one before. */
export async function keepPhoto(
  database: Database,
  userId: string,
  { mediaType, bytes }: Photo,
  by: Actor,
): Promise<void> {
  const act = { ...by, interaction: 'ra-photo', outcome: `${userId}: kept` };
  await database.write(sql`
    with photo as (
      insert into identity.photo (user_id, media_type, bytes, kept_by, kept_at)
      values (${userId}, ${mediaType}, ${bytes}, ${by.userId}, ${by.at})
      on conflict (user_id) do update set media_type = excluded.media_type, bytes = excluded.bytes,
        kept_by = excluded.kept_by, kept_at = excluded.kept_at)
    ${auditLine(act)}`);
}

/** False when there is none. */
export async function forgetPhoto(database: Database, userId: string, by: Actor): Promise<boolean> {
  const act = { ...by, interaction: 'ra-photo', outcome: `${userId}: removed` };
  const rows = await database.write(sql`
    with photo as (delete from identity.photo where user_id = ${userId} returning user_id),
    audit as (${auditLine(act)} from photo)
    select from photo`);
  return rows.length === 1;
}

export async function findPhoto(database: Database, userId: string): Promise<Photo | null> {
  const [photo] = await database.all<Photo>(sql`
    select media_type as "mediaType", bytes from identity.photo where user_id = ${userId}`);
  return photo ?? null;
}

export type PhotoNote = { readonly keptAt: Date };

/** When the picture of a person was kept; null when there is none. */
export async function findPhotoNote(database: Database, userId: string): Promise<PhotoNote | null> {
  const [note] = await database.all<PhotoNote>(sql`
    select kept_at as "keptAt" from identity.photo where user_id = ${userId}`);
  return note ?? null;
}
