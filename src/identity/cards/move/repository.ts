import type { Database } from '../../../platform/database.ts';
import { sql } from '../../../platform/sql.ts';
import type { WithdrawnCard } from './handle.ts';

/** Cards that were never of use here: without keys, and revoked. */
export async function keepWithdrawn(
  database: Database,
  cards: readonly WithdrawnCard[],
  at: Date,
): Promise<void> {
  await database.write(sql`
    with card as (
      insert into identity.card (card_number, user_id, status, is_temporary, ends_at, officer_pin, issued_at, version)
      select "cardNumber", "userId", 'Revoked', false, ${at}::timestamptz, '', ${at}::timestamptz, 1
      from jsonb_to_recordset(${JSON.stringify(cards)}::jsonb) as c("cardNumber" text, "userId" text)
      on conflict do nothing returning card_number),
    event as (
      insert into identity.card_event (card_number, version, kind, data, at)
      select card_number, 1, 'Revoked', '{"reason":"withdrawn"}', ${at}::timestamptz from card)
    insert into platform.audit (at, interaction, request_id, outcome)
    select ${at}::timestamptz, 'card', gen_random_uuid(),
      'Revoked: card ' || card_number || ', before the migration' from card`);
}
