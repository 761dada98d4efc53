import type { Database } from '../../../platform/database.ts';
import { sql } from '../../../platform/sql.ts';
import { auditLine } from '../../record.ts';
import type { WithdrawnCard } from './handle.ts';

/** A card that was never of use here: without keys, and revoked. */
export async function keepWithdrawn(
  database: Database,
  { cardNumber, userId }: WithdrawnCard,
  at: Date,
): Promise<void> {
  const outcome = `Revoked: card ${cardNumber}, before the migration`;
  await database.write(sql`
    with card as (
      insert into identity.card (card_number, user_id, status, is_temporary, ends_at, officer_pin, issued_at, version)
      values (${cardNumber}, ${userId}, 'Revoked', false, ${at}::timestamptz, '', ${at}::timestamptz, 1)
      on conflict do nothing returning card_number),
    event as (
      insert into identity.card_event (card_number, version, kind, data, at)
      select card_number, 1, 'Revoked', '{"reason":"withdrawn"}', ${at}::timestamptz from card)
    ${auditLine({ interaction: 'card', at, userId: null, outcome })} from card`);
}
