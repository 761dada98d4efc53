import type { Page, PageAnswer, PageRequest, View } from '../../pages/index.ts';
import { cardsOf, isFinal, lockedInBrowser } from '../cards/index.ts';
import { displayName, findUser } from '../people/index.ts';
import { problemOf, type SignInProblem } from '../sign-in/words.ts';
import {
  digestIn,
  openRequest,
  refuseToSign,
  type SignatureRequest,
  type SigningRefusal,
  signWithCard,
} from '../signing-service/index.ts';
import { agentLink } from './agent-link.ts';
import { type PageParts, takingPasscodes } from './signed-in.ts';
import { browserOf, cardRow, lockedHere, NO_CARD } from './sign-in.ts';

/**
 * What an application asks a prescriber to sign, and the card that signs it [IDENTITY 3.2]. Whoever has the address
 * sees it; only the card of the person whom the request names signs, and its passcode is asked for each time.
 */
export function signaturePages(parts: PageParts): readonly Page[] {
  return [
    { method: 'GET', path: '/sign/:request', handle: (request) => page(parts, request) },
    ...(parts.testCards === null
      ? []
      : [
          {
            method: 'POST',
            path: '/sign/:request',
            handle: takingPasscodes(parts, (request) => sign(parts, request)),
          } as const,
        ]),
    { method: 'POST', path: '/sign/:request/cancel', handle: (request) => refuse(parts, request) },
  ];
}

async function page(parts: PageParts, request: PageRequest): Promise<PageAnswer> {
  const found = await openRequest(parts, tokenIn(request), parts.clock.securityNow());
  if (found === null) return OVER;
  // Signed, by the card agent or before: the browser goes on.
  if (found.outcome !== null) return { to: found.returnTo };
  return viewOf(parts, request, found, null);
}

async function sign(parts: PageParts, request: PageRequest): Promise<PageAnswer> {
  const { form } = request;
  const at = parts.clock.securityNow();
  const token = tokenIn(request);
  const cardNumber = form.text('card');
  const entered = { cardNumber, pin: form.text('pin'), browser: browserOf(request) };
  const signed = cardNumber === '' ? null : await signWithCard(parts.cards, token, entered, at);
  if (signed?.ok === true) return { to: signed.value };
  const found = await openRequest(parts, token, at);
  if (found === null) return OVER;
  return viewOf(parts, request, found, signed === null ? NO_CARD : problemIn(signed.error));
}

async function refuse(parts: PageParts, request: PageRequest): Promise<PageAnswer> {
  const at = parts.clock.securityNow();
  const to = await refuseToSign(parts.cards, tokenIn(request), at);
  return to === null ? OVER : { to };
}

const tokenIn = ({ parts }: PageRequest): string => parts['request'] ?? '';

const OVER: View = {
  view: 'identity/signature-over.njk',
  title: 'There is nothing to sign here',
  status: 404,
};

/** Said at the card, or at its passcode. */
function problemIn(refusal: SigningRefusal): SignInProblem {
  switch (refusal.kind) {
    case 'Over':
      return { ...NO_CARD, text: 'This request is over. Start again in the application' };
    case 'CardOfAnother':
      return { ...NO_CARD, text: 'This is the card of somebody else' };
    case 'SignaturesWrong':
      return { ...NO_CARD, text: 'The key of this card cannot sign prescriptions' };
    default:
      return problemOf(refusal);
  }
}

async function viewOf(
  parts: PageParts,
  request: PageRequest,
  found: SignatureRequest,
  problem: SignInProblem | null,
): Promise<View> {
  const { userId, payloads, application, returnTo } = found;
  const user = await findUser(parts.database, userId);
  const agent = agentLink(parts, {
    act: 'sign',
    request: tokenIn(request),
    origin: request.origin,
  });
  const count = payloads.length === 1 ? '1 prescription' : `${payloads.length} prescriptions`;
  return {
    view: 'identity/signatures.njk',
    title: `Sign ${count}`,
    errors: problem === null ? [] : [{ field: problem.field, text: problem.text }],
    leadsTo: [new URL(returnTo).origin],
    asks: parts.cardAgent === null ? [] : [parts.cardAgent],
    model: {
      application,
      signer: user === null ? userId : displayName(user),
      userId,
      payloads: payloads.map((payload) => ({ id: payload.id, digest: digestIn(payload) })),
      agent,
      cards: parts.testCards === null ? null : await cardsFor(parts, request, userId),
      chosen: request.form.text('card'),
      passcode: parts.testCards?.passcode ?? null,
    },
  };
}

/** In a test installation; those that can still come into use. */
async function cardsFor({ database, clock }: PageParts, request: PageRequest, userId: string) {
  const at = clock.securityNow();
  const { browser } = request;
  const cards = (await cardsOf(database, userId)).filter((card) => !isFinal(card));
  const locked = browser === null ? [] : await lockedInBrowser(database, browser, at);
  return cards.map((card) => {
    const row = cardRow(card, '', at);
    return locked.includes(card.cardNumber) ? lockedHere(row) : row;
  });
}
