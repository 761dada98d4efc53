import type { Database } from '../../../platform/database.ts';
import { knownUserIds } from '../../people/index.ts';
import { isFinal } from '../card.ts';
import { changeCard } from '../change/handle.ts';
import { findCards } from '../repository.ts';
import { keepWithdrawn } from './repository.ts';

/** A card that an older Spine did not take any more. */
export type WithdrawnCard = { readonly cardNumber: string; readonly userId: string };

/**
 * Sees to it that no such card is of use here: one that is known is revoked, and the number of one that is not is
 * kept as that of a revoked card, so that nobody makes it anew [MIGRATION 5, M15]. Answers why not, by number.
 */
export async function moveWithdrawnCards(
  database: Database,
  cards: readonly WithdrawnCard[],
  at: Date,
): Promise<Map<string, string>> {
  const known = new Set(
    await knownUserIds(
      database,
      cards.map(({ userId }) => userId),
    ),
  );
  const numbers = cards.map(({ cardNumber }) => cardNumber);
  const found = await findCards(database, numbers);
  const byNumber = new Map(found.map((card) => [card.cardNumber, card]));
  const refused = new Map<string, string>();
  const unknown: WithdrawnCard[] = [];
  for (const { cardNumber, userId } of cards) {
    const card = byNumber.get(cardNumber) ?? null;
    if (!/^\d{12}$/.test(cardNumber)) refused.set(cardNumber, 'its number is not 12 digits');
    else if (card === null && !known.has(userId)) {
      refused.set(cardNumber, 'nobody of this user id is known here');
    } else if (card === null) unknown.push({ cardNumber, userId });
    else if (!isFinal(card)) {
      const by = { userId: null, at };
      const command = { kind: 'Revoke', reason: 'withdrawn' } as const;
      await changeCard({ database }, cardNumber, command, { by });
    }
  }
  if (unknown.length > 0) await keepWithdrawn(database, unknown, at);
  return refused;
}
