import type { Invocation } from '../cli/command.ts';
import {
  type Cards,
  cardsOf,
  certificatesOf,
  findCard,
  type Hash,
  openCard,
  type OpenedCard,
  refusalWords,
} from '../identity/index.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { Trouble } from '../platform/trouble.ts';
import type { OpenCard } from './broker-client.ts';
import { holderOf } from './token/card.ts';
import { pinIn, tokenCardIn } from './token-options.ts';

/** A card that can log in, until it is closed; or in words why there is none. */
export type CardInHand = OpenCard & { readonly close: () => Promise<void> };

/** One whose keys are in a file of the store. */
export async function fileCardIn(
  invocation: Invocation,
  cards: Cards,
): Promise<Result<CardInHand, string>> {
  const [word = ''] = invocation.words;
  const { database } = cards;
  const found = (await findCard(database, word)) ?? (await cardsOf(database, word))[0] ?? null;
  if (found === null) return fail(`No card is known as "${word}". spine card list shows them.`);
  const { cardNumber, userId } = found;
  const by = { userId, at: new Date() };
  const opened = await openCard(cards, cardNumber, await pinIn(invocation), by);
  if (!opened.ok) return fail(refusalWords(opened.error));
  const certificates = await certificatesOf(database, cardNumber);
  const certificate = certificates.find(({ purpose }) => purpose === 'login')?.der;
  if (certificate === undefined) return fail(`Card ${cardNumber} has no log-in certificate.`);
  return ok(inHand(userId, certificate, opened.value));
}

/** One in the reader of this machine; no store is asked. Throws Trouble when none is there. */
export async function tokenCardInHand(invocation: Invocation): Promise<Result<CardInHand, string>> {
  const card = await tokenCardIn(invocation);
  const certificate = await card.certificate('login');
  const userId = certificate === null ? null : holderOf(certificate);
  if (certificate === null || userId === null) return fail(NOT_ENROLLED);
  const opened = await card.open(await pinIn(invocation));
  if (!opened.ok) return fail(refusalWords(opened.error));
  return ok(inHand(userId, certificate, opened.value));
}

/** What a card has signed, and with which certificate (DER): of its key for content commitment [IDENTITY 1.4]. */
export type Committed = { readonly value: Buffer; readonly certificate: Buffer };

/** Has the card in the reader sign what somebody commits to. Throws Trouble when it cannot. */
export async function signWithToken(
  invocation: Invocation,
  hash: Hash,
  data: Buffer,
): Promise<Committed> {
  const card = await tokenCardIn(invocation);
  const certificate = await card.certificate('signing');
  if (certificate === null) throw new Trouble(NOT_ENROLLED, 'enrol it, or put in another one');
  const opened = await card.open(await pinIn(invocation));
  if (!opened.ok) throw new Trouble(refusalWords(opened.error), 'give its passcode with --pin');
  try {
    return { value: await opened.value.sign('signing', hash, data), certificate };
  } finally {
    await opened.value.close();
  }
}

export const NOT_ENROLLED =
  'This card has no log-in certificate of a user: spine card enrol makes it a card.';

function inHand(userId: string, certificate: Buffer, keys: OpenedCard): CardInHand {
  return {
    userId,
    certificate,
    digest: 'sha256',
    sign: (bytes) => keys.sign('login', 'sha256', bytes),
    close: () => keys.close(),
  };
}
