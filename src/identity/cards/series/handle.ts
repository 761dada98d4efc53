import type { Cards } from '../pki/handle.ts';
import { changeCard } from '../change/handle.ts';
import type { By } from '../repository.ts';
import { cardsOfSeries, keepBlocked } from './repository.ts';

/**
 * Cards of a series that is not used any more sign neither in nor orders, and no more of them are issued; holders need
 * another card [EXPERIENCE 4.6]. Done again, it blocks those that came meanwhile. Answers the numbers of the cards.
 */
export async function blockSeries(cards: Cards, series: number, by: By): Promise<string[]> {
  await keepBlocked(cards.database, series, by);
  const blocked: string[] = [];
  for (const cardNumber of await cardsOfSeries(cards.database, series)) {
    const done = await changeCard(cards, cardNumber, { kind: 'Block' }, { by });
    if (done.ok) blocked.push(cardNumber);
  }
  return blocked;
}
