import { cardsOf, certificatesOf, type KeptCard, stateOf } from '../../identity/cards/index.ts';
import { type KeyFile, privateKeysIn } from '../../identity/cards/key-file.ts';
import { present } from '../../kernel/bug.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Database } from '../../platform/database.ts';
import { type Prescriber, TEST_PASSCODE } from '../personas.ts';

/** What a card signs prescriptions with: its certificate in base64 of DER, and the private key in PEM. */
export type SigningKey = { readonly certificate: string; readonly privateKey: string };

/**
 * The key of a prescriber's newest card whose keys are in a file, if it opens with the passcode of the test system;
 * else why not, for a person to read. A card that was revoked still signs: only those who verify learn of that.
 */
export async function signingKeyOf(
  database: Database,
  { userId, name }: Prescriber,
): Promise<Result<SigningKey, string>> {
  const found = fileCardOf(await cardsOf(database, userId));
  if (found === null) return fail(`${name} has no card whose keys are in a file.`);
  const { card, file } = found;
  if (stateOf(card, new Date()) === 'Locked') return fail(`Card ${card.cardNumber} is locked.`);
  const privateKey = await privateKeyIn(file);
  if (privateKey === null) {
    const way = `issue it with --pin ${TEST_PASSCODE}`;
    return fail(`Card ${card.cardNumber} has another passcode than the test system: ${way}.`);
  }
  const certificates = await certificatesOf(database, card.cardNumber);
  const { der } = present(
    certificates.find(({ purpose }) => purpose === 'signing'),
    'signing certificate',
  );
  return ok({ certificate: der.toString('base64'), privateKey });
}

function fileCardOf(
  cards: readonly KeptCard[],
): { readonly card: KeptCard; readonly file: KeyFile } | null {
  for (const card of cards) if (card.keyFile !== null) return { card, file: card.keyFile };
  return null;
}

const KEPT_MAX = 100; // files; opening one is made dear on purpose
const kept = new Map<string, string>();

/** In PEM; null when the file has another passcode. */
async function privateKeyIn(file: KeyFile): Promise<string | null> {
  const known = kept.get(file.holder.box);
  if (known !== undefined) return known;
  const keys = await privateKeysIn(file, TEST_PASSCODE);
  if (!keys.ok) return null;
  const pem = keys.value.signing.export({ type: 'pkcs8', format: 'pem' });
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(file.holder.box, pem);
  return pem;
}
