import {
  type FieldError,
  localAddress,
  type Page,
  type PageAnswer,
  type PageRequest,
} from '../../pages/index.ts';
import { changePin, findCard, renewCard } from '../cards/index.ts';
import { proveCard } from '../sign-in/handle.ts';
import { problemOf } from '../sign-in/words.ts';
import { cardRow } from './sign-in.ts';
import { type PageParts, takingPasscodes, type WithoutRole, withoutRole } from './signed-in.ts';

/** The card that somebody has signed in with: its renewal in the last 90 days, its passcode [IDENTITY 1.4]. */
export function ownCardPages(parts: PageParts): readonly Page[] {
  return [
    {
      method: 'GET',
      path: '/card',
      handle: withoutRole(parts, (request, who) => ownCard(parts, request, who, [])),
    },
    {
      method: 'POST',
      path: '/card',
      handle: takingPasscodes(
        parts,
        withoutRole(parts, (request, who) => change(parts, request, who)),
      ),
    },
  ];
}

async function ownCard(
  { database, clock }: PageParts,
  { query, form }: PageRequest,
  { session, visitor }: WithoutRole,
  errors: readonly FieldError[],
): Promise<PageAnswer> {
  const card = session.card === null ? null : await findCard(database, session.card);
  return {
    view: 'identity/own-card.njk',
    title: 'Your card',
    visitor,
    errors,
    model: {
      card: card === null ? null : cardRow(card, visitor.name, clock.securityNow()),
      done: DONE[query('done')] ?? null,
      back: localAddress(form.text('return') || query('return'), ''),
    },
  };
}

const DONE: Readonly<Record<string, string>> = {
  renewed: 'Your card is renewed.',
  passcode: 'Your passcode is changed.',
};

async function change(
  parts: PageParts,
  request: PageRequest,
  who: WithoutRole,
): Promise<PageAnswer> {
  const { form } = request;
  const { session, user } = who;
  if (session.card === null) return ownCard(parts, request, who, []);
  const by = { userId: user.userId, at: parts.clock.securityNow() };
  const isRenewal = form.text('act') === 'renew';
  const done = isRenewal
    ? await renew(parts, session.card, form.text('pin'), by)
    : await changePin(
        parts.cards,
        session.card,
        { pin: form.text('old-pin'), newPin: form.text('new-pin') },
        by,
      );
  if (!done.ok) {
    const { text } = problemOf(done.error);
    const isNew = done.error.kind === 'PinMalformed' && /^\d{6,8}$/.test(form.text('old-pin'));
    const field = isRenewal ? 'pin' : isNew ? 'new-pin' : 'old-pin';
    return ownCard(parts, request, who, [{ field, text }]);
  }
  const back = localAddress(form.text('return'), '');
  const word = isRenewal ? 'renewed' : 'passcode';
  return { to: back === '' ? `/card?done=${word}` : back };
}

async function renew(
  { cards }: PageParts,
  cardNumber: string,
  pin: string,
  by: { readonly userId: string; readonly at: Date },
) {
  const proved = await proveCard(cards, { cardNumber, pin }, by.at);
  return proved.ok ? renewCard(cards, cardNumber, { by, isInPerson: false }) : proved;
}
