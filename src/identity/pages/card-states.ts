import {
  localAddress,
  type Page,
  type PageAnswer,
  type PageRequest,
  problemOf as pageProblem,
  type View,
} from '../../pages/index.ts';
import {
  activateCard,
  type CardState,
  clearFormEntries,
  findCard,
  lockedInBrowser,
  renewCard,
  unlockCard,
} from '../cards/index.ts';
import { displayName, findUser } from '../people/index.ts';
import { signInWithCard } from '../sign-in/handle.ts';
import { problemOf } from '../sign-in/words.ts';
import { browserOf, cardRow, lockedHere, placeAfter } from './sign-in.ts';
import { type PageParts, takingPasscodes } from './signed-in.ts';

/**
 * What stands in the way of signing in with a card and what helps. In a test installation everybody may do what
 * elsewhere takes a registration authority: its cards are open to all.
 */
export function cardStatePages(parts: PageParts): readonly Page[] {
  const path = '/signin/card/:card';
  return [
    { method: 'GET', path, handle: (request) => statePage(parts, request, []) },
    { method: 'POST', path, handle: takingPasscodes(parts, (request) => mend(parts, request)) },
  ];
}

const TITLES: Readonly<Record<CardState, string>> = {
  Issued: 'Accept your new card',
  Active: 'This card is in use',
  Locked: 'This card is locked',
  Suspended: 'This card is suspended',
  Expired: 'This card is out of date',
  Revoked: 'This card was revoked',
  Replaced: 'This card was replaced',
  Blocked: 'This card is of an old series',
};

async function statePage(
  { database, clock }: PageParts,
  request: PageRequest,
  errors: View['errors'] & object,
): Promise<View> {
  const { parts, form, query, requestId, browser } = request;
  const card = await findCard(database, parts['card'] ?? '');
  if (card === null) return pageProblem({ kind: 'NotFound' }, requestId);
  const user = await findUser(database, card.userId);
  const at = clock.securityNow();
  const known = cardRow(card, user === null ? '' : displayName(user), at);
  const locked = browser === null ? [] : await lockedInBrowser(database, browser, at);
  const row = locked.includes(card.cardNumber) ? lockedHere(known) : known;
  return {
    view: 'identity/card-state.njk',
    title: TITLES[row.state],
    errors,
    model: { card: row, back: localAddress(form.text('return') || query('return'), '/') },
  };
}

async function mend(parts: PageParts, request: PageRequest): Promise<PageAnswer> {
  const { form } = request;
  const cardNumber = request.parts['card'] ?? '';
  switch (form.text('act')) {
    case 'accept':
      return accept(parts, request, cardNumber);
    case 'try-again':
      await clearFormEntries(parts.cards.database, browserOf(request), cardNumber);
      return again(request, cardNumber);
    case 'unlock': {
      const by = { userId: null, at: parts.clock.securityNow() };
      const done = await unlockCard(parts.cards, cardNumber, form.text('pin'), by);
      return done.ok ? again(request, cardNumber) : refused(parts, request, done.error);
    }
    case 'renew': {
      const by = { userId: null, at: parts.clock.securityNow() };
      const done = await renewCard(parts.cards, cardNumber, { by, isInPerson: true });
      return done.ok ? again(request, cardNumber) : refused(parts, request, done.error);
    }
    default:
      return statePage(parts, request, []);
  }
}

/** Who accepts has entered the passcode and is not asked for it again. */
async function accept(
  parts: PageParts,
  request: PageRequest,
  cardNumber: string,
): Promise<PageAnswer> {
  const { form } = request;
  const { cards, clock } = parts;
  const at = clock.securityNow();
  const pin = form.text('pin');
  if (form.text('terms') !== 'accepted') {
    return statePage(parts, request, [
      { field: 'terms', text: 'Tick the box to accept the terms of use' },
    ]);
  }
  const browser = browserOf(request);
  const accepted = await activateCard(cards, cardNumber, pin, { userId: null, at, browser });
  if (!accepted.ok) return refused(parts, request, accepted.error);
  const signedIn = await signInWithCard(parts, { cardNumber, pin, browser }, at);
  if (!signedIn.ok) return refused(parts, request, signedIn.error);
  const back = localAddress(form.text('return'), '/');
  return { to: placeAfter(signedIn.value, back), session: { id: signedIn.value.id } };
}

function again({ form }: PageRequest, cardNumber: string): PageAnswer {
  const back = localAddress(form.text('return'), '/');
  return { to: `/signin?card=${cardNumber}&mended=yes&return=${encodeURIComponent(back)}` };
}

function refused(
  parts: PageParts,
  request: PageRequest,
  refusal: Parameters<typeof problemOf>[0],
): Promise<View> {
  const { field, text } = problemOf(refusal);
  return statePage(parts, request, [{ field, text }]);
}
