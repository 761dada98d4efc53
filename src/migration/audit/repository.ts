import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';

/** That a command of a move was done on a store, and how it ended; nothing of what it was about. */
export async function noteCommand(
  database: Database,
  { at, name, words }: { readonly at: Date; readonly name: string; readonly words: string },
): Promise<void> {
  await database.write(sql`
    insert into platform.audit (at, interaction, request_id, session, outcome)
    values (${at}::timestamptz, ${name}, gen_random_uuid(), 'migration', ${words})`);
}
