import type { Database } from '../../../platform/database.ts';
import { sql } from '../../../platform/sql.ts';
import { WRONG_PINS_MAX } from '../card.ts';

const KEPT = sql`interval '1 day'`;

/**
 * Notes an entry at a form before it is judged: of this browser alone, whatever others enter. The number of the entry,
 * 1 to 3; null when none is left.
 */
export async function takeFormEntry(
  database: Database,
  { browser, cardNumber }: { readonly browser: string; readonly cardNumber: string },
  at: Date,
): Promise<number | null> {
  const [row] = await database.write<{ wrong: number }>(sql`
    with old as (delete from identity.form_entry
      where last_at < ${at}::timestamptz - ${KEPT} and (browser, card_number) <> (${browser}, ${cardNumber}))
    insert into identity.form_entry as e (browser, card_number, wrong, last_at)
    values (${browser}, ${cardNumber}, 1, ${at})
    on conflict (browser, card_number) do update set last_at = excluded.last_at,
      wrong = case when e.last_at < ${at}::timestamptz - ${KEPT} then 1 else e.wrong + 1 end
    where e.wrong < ${WRONG_PINS_MAX} or e.last_at < ${at}::timestamptz - ${KEPT}
    returning wrong`);
  return row?.wrong ?? null;
}

/** The passcode was right, or the browser may try again. */
export async function clearFormEntries(
  database: Database,
  browser: string,
  cardNumber: string,
): Promise<void> {
  await database.write(sql`
    delete from identity.form_entry where browser = ${browser} and card_number = ${cardNumber}`);
}

/** Numbers of the cards of which this browser takes no more entries. */
export async function lockedInBrowser(
  database: Database,
  browser: string,
  at: Date,
): Promise<readonly string[]> {
  const rows = await database.all<{ cardNumber: string }>(sql`
    select card_number as "cardNumber" from identity.form_entry
    where browser = ${browser} and wrong = ${WRONG_PINS_MAX} and last_at >= ${at}::timestamptz - ${KEPT}`);
  return rows.map(({ cardNumber }) => cardNumber);
}
