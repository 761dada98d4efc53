import { present } from '../../kernel/bug.ts';
import {
  localAddress,
  type Page,
  type PageAnswer,
  type PageRequest,
  type View,
} from '../../pages/index.ts';
import {
  type CardState,
  findCard,
  type KeptCard,
  listCards,
  lockedInBrowser,
  renewableFrom,
  stateOf,
} from '../cards/index.ts';
import { displayName, findUsers } from '../people/index.ts';
import { readSession, type Session } from '../sessions/index.ts';
import { signInWithCard } from '../sign-in/handle.ts';
import { problemOf, type SignInProblem, STATE_TAGS } from '../sign-in/words.ts';
import type { AgentLink } from './agent-link.ts';
import { type PageParts, takingPasscodes } from './signed-in.ts';

/** Signing in with a card [EXPERIENCE 4.1]. */
export function signInPages(parts: PageParts): readonly Page[] {
  return [
    { method: 'GET', path: '/signin', handle: (request) => signInPage(parts, request) },
    ...(parts.testCards !== null
      ? [
          {
            method: 'POST',
            path: '/signin',
            handle: takingPasscodes(parts, (request) => signIn(parts, request)),
          } as const,
        ]
      : []),
  ];
}

async function signInPage(parts: PageParts, request: PageRequest): Promise<PageAnswer> {
  const { database, clock } = parts;
  const back = localAddress(request.query('return'), '/');
  const session = await readSession(database, request.session ?? '', clock.securityNow());
  if (session.ok) return { to: session.value.isWaiting ? choiceAt(back) : back };
  const isMended = request.query('mended') === 'yes';
  const { browser } = request;
  const chosen = request.query('card');
  return signInView(parts, { browser, back, chosen, problem: null, isMended });
}

async function signIn(parts: PageParts, request: PageRequest): Promise<PageAnswer> {
  const { clock } = parts;
  const { form, browser } = request;
  const back = localAddress(form.text('return'), '/');
  const cardNumber = cardIn(form);
  if (cardNumber === '') {
    return signInView(parts, { browser, back, chosen: form.text('card'), problem: NO_CARD });
  }
  const at = clock.securityNow();
  const entered = { cardNumber, pin: form.text('pin'), browser: browserOf(request) };
  const signedIn = await signInWithCard(parts, entered, at);
  if (!signedIn.ok) {
    const problem = problemOf(signedIn.error);
    return signInView(parts, { browser, back, chosen: cardNumber, problem });
  }
  const card = await findCard(parts.database, cardNumber);
  const isDue = card !== null && renewableFrom(card) <= at;
  const next = isDue ? `/card?return=${encodeURIComponent(back)}` : back;
  return { to: placeAfter(signedIn.value, next), session: { id: signedIn.value.id } };
}

/** The name of the browser that has sent a form: without one no form is taken. */
export function browserOf({ browser }: PageRequest): string {
  return present(browser, 'browser of a form');
}

/** The number of the card that was chosen; empty when none was. */
export function cardIn(form: PageRequest['form']): string {
  const chosen = form.text('card') === OTHER ? form.text('other') : form.text('card');
  return chosen.replaceAll(/\s/g, '');
}

export const NO_CARD: SignInProblem = { field: 'card', text: 'Choose a card', state: null };

/** Two sign-ins first need a choice, then comes the role. */
export function placeAfter({ isWaiting }: Session, back: string): string {
  if (isWaiting) return choiceAt(back);
  return back === '/' ? '/roles' : `/roles?return=${encodeURIComponent(back)}`;
}

function choiceAt(back: string): string {
  return back === '/' ? '/sessions' : `/sessions?return=${encodeURIComponent(back)}`;
}

const OTHER = 'other';

type Shown = {
  readonly browser: string | null;
  readonly back: string;
  readonly chosen: string;
  readonly problem: SignInProblem | null;
  readonly isMended?: boolean;
  /** Of an application for which somebody signs in. */
  readonly request?: RequestOffer;
};

export type RequestOffer = {
  readonly address: string;
  readonly application: string;
  readonly leadsTo: readonly string[];
  /** Where a browser shows the certificate of a card. */
  readonly cardPort: string | null;
  readonly takesCards: boolean;
  readonly agent: AgentLink | null;
};

/** The cards of a live installation are in their holders' hands: nothing of them is shown to strangers. */
export async function signInView(
  parts: PageParts,
  { browser, back, chosen, problem, isMended = false, request }: Shown,
): Promise<View> {
  const picker = parts.testCards === null ? null : await cardPicker(parts, chosen, browser);
  return {
    view: 'identity/sign-in.njk',
    title: 'Sign in with your smartcard',
    errors: problem === null ? [] : [{ field: problem.field, text: problem.text }],
    ...(request === undefined ? {} : { leadsTo: request.leadsTo }),
    asks: parts.cardAgent === null ? [] : [parts.cardAgent],
    model: {
      picker,
      request: request ?? null,
      hasOtherWays: parts.hasOtherWays,
      action: request?.address ?? '/signin',
      back,
      chosen,
      help: problem?.state === undefined || problem.state === null ? null : HELP[problem.state],
      isMended,
      passcode: parts.testCards?.passcode ?? null,
    },
  };
}

const HELP: Readonly<Record<CardState, string>> = {
  Issued: 'Accept the card',
  Active: 'See this card',
  Locked: 'Unlock the card',
  Suspended: 'What to do about a suspended card',
  Expired: 'Renew the card',
  Revoked: 'What to do about a revoked card',
  Replaced: 'What to do about a replaced card',
  Blocked: 'What to do about a card of an old series',
};

async function cardPicker({ database, clock }: PageParts, chosen: string, browser: string | null) {
  const at = clock.securityNow();
  const cards = await listCards(database);
  const locked = browser === null ? [] : await lockedInBrowser(database, browser, at);
  const users = await findUsers(
    database,
    cards.map(({ userId }) => userId),
  );
  const names = new Map(users.map((user) => [user.userId, displayName(user)]));
  const rows = cards.map((card) => {
    const row = cardRow(card, names.get(card.userId) ?? card.userId, at);
    return locked.includes(card.cardNumber) ? lockedHere(row) : row;
  });
  const isOther = chosen !== '' && !cards.some(({ cardNumber }) => cardNumber === chosen);
  return { rows, other: isOther && chosen !== OTHER ? chosen : '', isOther };
}

export function cardRow(card: KeptCard, name: string, at: Date) {
  const { cardNumber, userId, endsAt } = card;
  const state = stateOf(card, at);
  return {
    name,
    cardNumber,
    userId,
    endsAt,
    tag: STATE_TAGS[state],
    state,
    isRenewable: state === 'Active' && renewableFrom(card) <= at,
    isLockedHere: false,
  };
}

/** The same card in a browser that takes no more passcodes for it; what is worse than that stays. */
export function lockedHere(row: ReturnType<typeof cardRow>) {
  if (row.state !== 'Active' && row.state !== 'Issued') return row;
  const state: CardState = 'Locked';
  return { ...row, state, tag: STATE_TAGS[state], isRenewable: false, isLockedHere: true };
}
