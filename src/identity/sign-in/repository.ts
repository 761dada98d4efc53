import { randomBytes } from 'node:crypto';

import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';

const REQUEST_BYTES = 32;
const MINUTES = 5; // as long as a request of an application waits

/** Somebody begins to sign in to our own pages; the name of the request. */
export async function beginPageSignIn(
  database: Database,
  { browser, returnTo }: { readonly browser: string; readonly returnTo: string },
  at: Date,
): Promise<string> {
  const request = randomBytes(REQUEST_BYTES).toString('base64url');
  const expiresAt = new Date(at.getTime() + MINUTES * 60_000);
  await database.write(sql`
    with old as (delete from identity.page_sign_in where expires_at < ${at})
    insert into identity.page_sign_in (request, browser, return_to, expires_at)
    values (${request}, ${browser}, ${returnTo}, ${expiresAt})`);
  return request;
}

export type PageSignIn = { readonly request: string; readonly browser: string };

/** Whether the request waits, and of this browser. */
export async function isPageSignIn(
  database: Database,
  { request, browser }: PageSignIn,
  at: Date,
): Promise<boolean> {
  const rows = await database.all(sql`
    select request from identity.page_sign_in
    where request = ${request} and browser = ${browser} and expires_at > ${at}`);
  return rows.length === 1;
}

/** Ends it: the page that was wanted, once; null when it does not wait. */
export async function endPageSignIn(
  database: Database,
  { request, browser }: PageSignIn,
  at: Date,
): Promise<string | null> {
  const [row] = await database.write<{ returnTo: string }>(sql`
    delete from identity.page_sign_in
    where request = ${request} and browser = ${browser} and expires_at > ${at}
    returning return_to as "returnTo"`);
  return row?.returnTo ?? null;
}
