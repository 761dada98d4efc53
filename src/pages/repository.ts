import type { Database } from '../platform/database.ts';
import { sql } from '../platform/sql.ts';
import type { Redirect, SessionChange } from './page.ts';

const KEPT = sql`interval '1 day'`; // nobody sends the same form again after that

/** Whether nobody has sent this form yet; from now on somebody has. */
export async function beginForm(database: Database, key: string): Promise<boolean> {
  const rows = await database.write(sql`
    with old as (delete from pages.sent_form where sent_at < now() - ${KEPT} and key <> ${key})
    insert into pages.sent_form (key, sent_at) values (${key}, now())
    on conflict do nothing returning key`);
  return rows.length === 1;
}

/** Where a form that was sent before has led to; null while it is being done. */
export async function answerOf(database: Database, key: string): Promise<Redirect | null> {
  const [row] = await database.all<{ to: string | null; session: SessionChange | null }>(sql`
    select location as "to", session from pages.sent_form where key = ${key}`);
  const { to = null, session = null } = row ?? {};
  if (to === null) return null;
  return session === null ? { to } : { to, session };
}

export async function endForm(
  database: Database,
  key: string,
  { to, session }: Redirect,
): Promise<void> {
  await database.write(sql`
    update pages.sent_form set location = ${to},
      session = ${session === undefined ? null : JSON.stringify(session)}::json
    where key = ${key}`);
}

/** Nothing came of it: it may be sent again. */
export async function forgetForm(database: Database, key: string): Promise<void> {
  await database.write(sql`delete from pages.sent_form where key = ${key}`);
}
