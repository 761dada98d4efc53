import { Bug } from '../../../kernel/bug.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { findUser } from '../../people/index.ts';
import { isFinal } from '../card.ts';
import { issueCard } from '../issue/handle.ts';
import { activateCard } from '../passcode/handle.ts';
import type { Cards } from '../pki/handle.ts';
import { type By, cardsOf, findCard, nextNumbers } from '../repository.ts';
import { isBlocked } from '../series/repository.ts';
import type { FileCard } from './card-file.ts';

/**
 * Makes the cards of a file, each in use at once; those that are there already stay as they are, so that a file may be
 * taken again. Answers the numbers of the new ones, or why one of the file cannot be: then none is made.
 */
export async function importCards(
  cards: Cards,
  wanted: readonly FileCard[],
  by: By,
): Promise<Result<readonly string[], readonly string[]>> {
  const missing: FileCard[] = [];
  const problems: string[] = [];
  for (const card of wanted) {
    const fault = await faultOf(cards, card);
    if (fault === null) missing.push(card);
    else if (fault !== 'there') problems.push(`card ${card.cardNumber}: ${fault}`);
  }
  if (problems.length > 0) return fail(problems);
  for (const card of missing) await make(cards, card, by);
  return ok(missing.map(({ cardNumber }) => cardNumber));
}

/** `there`: it was made before. */
async function faultOf(
  { database }: Cards,
  { cardNumber, userId, series }: FileCard,
): Promise<string | null> {
  const known = await findCard(database, cardNumber);
  if (known !== null) {
    return known.userId === userId ? 'there' : `it is a card of ${known.userId}`;
  }
  const user = await findUser(database, userId);
  if (user === null) return `nobody knows user ${userId}`;
  if (user.status !== 'active') return `user ${userId} is no longer active`;
  const own = await cardsOf(database, userId);
  if (own.some((card) => !card.isTemporary && !isFinal(card))) {
    return `user ${userId} has a card; a person has one`;
  }
  const isOld = series !== null && (await isBlocked(database, series));
  return isOld ? `series ${series} is not used any more` : null;
}

async function make(
  cards: Cards,
  { cardNumber, userId, passcode: pin, series, keys }: FileCard,
  by: By,
): Promise<void> {
  const { certificates } = await nextNumbers(cards.database);
  const wanted = {
    userId,
    keys: { pin, types: { login: keys, signing: 'rsa' } },
    numbers: { cardNumber, certificates },
    ...(series === null ? {} : { series }),
  } as const;
  const made = await issueCard(cards, wanted, by);
  const active = made.ok ? await activateCard(cards, cardNumber, pin, by) : made;
  if (!active.ok) throw new Bug(`card ${cardNumber} of a file: ${active.error.kind}`);
}
