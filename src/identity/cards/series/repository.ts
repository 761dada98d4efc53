import type { Database } from '../../../platform/database.ts';
import { sql } from '../../../platform/sql.ts';
import { auditLine } from '../../record.ts';
import { CARD_STATUSES } from '../card.ts';
import type { By } from '../repository.ts';

/** No card of this series is issued from now on. */
export async function keepBlocked(database: Database, series: number, by: By): Promise<void> {
  const act = { ...by, interaction: 'card', outcome: `series ${series}: Blocked` };
  await database.write(sql`
    with blocked as (
      insert into identity.blocked_series (series, blocked_at) values (${series}, ${by.at})
      on conflict do nothing returning series),
    audit as (${auditLine(act)} from blocked)
    select from blocked`);
}

export async function isBlocked(database: Database, series: number): Promise<boolean> {
  const rows = await database.all(sql`
    select from identity.blocked_series where series = ${series}`);
  return rows.length > 0;
}

const FINAL = Object.entries(CARD_STATUSES).flatMap(([status, { final }]) =>
  final ? [status] : [],
);

/** Numbers of the cards of a series that could still be used. */
export async function cardsOfSeries(database: Database, series: number): Promise<string[]> {
  const rows = await database.all<{ cardNumber: string }>(sql`
    select card_number as "cardNumber" from identity.card
    where series = ${series} and not status = any(${FINAL}::text[]) order by card_number`);
  return rows.map(({ cardNumber }) => cardNumber);
}
