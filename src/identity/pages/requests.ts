import { ok, type Result } from '../../kernel/result.ts';
import type { Page, PageAnswer, PageRequest, View } from '../../pages/index.ts';
import { takeProof } from '../card-port/index.ts';
import { problemView } from '../cis2/pages.ts';
import type {
  Interactions,
  Proof,
  RequestFault,
  RoleFault,
  SignInFault,
  SignInRequest,
} from '../cis2/index.ts';
import type { CardState } from '../cards/index.ts';
import { proveCard } from '../sign-in/handle.ts';
import { problemOf, type SignInProblem, STATE_TAGS } from '../sign-in/words.ts';
import { type KeyFault, type KeyParts, loadSecurityKeys } from '../webauthn/index.ts';
import { agentLink } from './agent-link.ts';
import { beginOtherWay, enterPages, FOR_PAGES, isForPages } from './own-sign-in.ts';
import { rolesView } from './roles.ts';
import { type PageParts, takingPasscodes } from './signed-in.ts';
import { browserOf, cardIn, NO_CARD, type RequestOffer, signInView } from './sign-in.ts';

/** To applications that wait for a sign-in. */
export type RequestDoor = {
  readonly interactions: () => Promise<Interactions>;
  /** The port where browsers show certificates of cards; null: there is none. */
  readonly cardUrl: string | null;
  readonly keys: KeyParts;
};

type RequestParts = PageParts & RequestDoor;

/** Signing in for an application that waits: the same pages, and in the end the application's own [IDENTITY 3.1]. */
export function requestPages(parts: RequestParts): readonly Page[] {
  const page = (
    method: Page['method'],
    path: string,
    handle: (parts: RequestParts, request: PageRequest) => Promise<PageAnswer>,
  ): Page => ({ method, path, handle: (request) => handle(parts, request) });
  return [
    page('POST', '/signin/other', beginOtherWay),
    page('GET', '/signin/:request', signInPage),
    ...(parts.testCards === null
      ? []
      : [
          {
            method: 'POST',
            path: '/signin/:request',
            handle: takingPasscodes(parts, (request) => signIn(parts, request)),
          } as const,
        ]),
    page('GET', '/signin/:request/card', fromCardPort),
    page('GET', '/signin/:request/key', askKey),
    page('POST', '/signin/:request/key', signInWithKey),
    page('POST', '/signin/:request/cancel', giveUp),
    page('GET', '/roles/:request', rolesPage),
    page('POST', '/roles/:request', chooseRole),
  ];
}

const askedBy = ({ parts, cookies }: PageRequest) => ({
  uid: parts['request'] ?? '',
  cookie: cookies,
});

async function signInPage(parts: RequestParts, request: PageRequest): Promise<PageAnswer> {
  const problem = problemFrom(request.query('card'));
  return viewOf(parts, request, { chosen: request.query('chosen'), problem });
}

async function signIn(parts: RequestParts, request: PageRequest): Promise<PageAnswer> {
  const { cards, clock } = parts;
  const cardNumber = cardIn(request.form);
  const shown = { chosen: cardNumber, problem: NO_CARD };
  if (cardNumber === '') return viewOf(parts, request, shown);
  // Before a try of the passcode is counted: whose request is over has not tried.
  const waiting = await waitingFor(parts, request);
  if (!waiting.ok) return overView();
  const wanted = { cardNumber, pin: request.form.text('pin'), browser: browserOf(request) };
  const proved = await proveCard(cards, wanted, clock.securityNow());
  if (!proved.ok) return viewOf(parts, request, { ...shown, problem: problemOf(proved.error) });
  const { userId } = proved.value;
  return goOn(parts, request, { userId, card: cardNumber, authenticator: SMARTCARD });
}

/** What the port for cards found out is good in this browser alone: its cookie names the same request. */
async function fromCardPort(parts: RequestParts, request: PageRequest): Promise<PageAnswer> {
  const { database, clock } = parts;
  const wanted = { request: askedBy(request).uid, code: request.query('proof') };
  const waiting = await waitingFor(parts, request);
  if (!waiting.ok) return overView();
  const proof = await takeProof(database, wanted, clock.securityNow());
  if (proof === null) return overView();
  return goOn(parts, request, { ...proof, authenticator: SMARTCARD });
}

async function goOn(parts: RequestParts, request: PageRequest, proof: Proof): Promise<PageAnswer> {
  const own = await enterPages(parts, request, proof);
  if (own !== null) return own.ok ? own.value : refusedView(parts, request, own.error);
  const interactions = await parts.interactions();
  const next = await interactions.signIn(askedBy(request), proof);
  if (next.ok) return { to: next.value };
  if (next.error === 'RequestUnknown') return overView();
  return refusedView(parts, request, next.error);
}

function refusedView(
  parts: RequestParts,
  request: PageRequest,
  fault: Exclude<SignInFault, 'RequestUnknown'>,
): Promise<PageAnswer> {
  return viewOf(parts, request, { chosen: '', problem: cardProblem(FAULTS[fault]) });
}

/** Who waits: an application, or our own pages. */
async function waitingFor(
  parts: RequestParts,
  request: PageRequest,
): Promise<Result<SignInRequest, RequestFault>> {
  if (await isForPages(parts, request)) return ok(FOR_PAGES);
  return (await parts.interactions()).signInRequest(askedBy(request));
}

const SMARTCARD = 'CIS2_SMARTCARD';

async function askKey(parts: RequestParts, request: PageRequest): Promise<PageAnswer> {
  const { askForKey } = await loadSecurityKeys();
  return { json: await askForKey(parts.keys, askedBy(request).uid, parts.clock.securityNow()) };
}

async function signInWithKey(parts: RequestParts, request: PageRequest): Promise<PageAnswer> {
  const { proveKey, readProof } = await loadSecurityKeys();
  const waiting = await waitingFor(parts, request);
  if (!waiting.ok) return overView();
  const subject = askedBy(request).uid;
  const response = readProof(request.form.text('answer'));
  const at = parts.clock.securityNow();
  const proved = response === null ? null : await proveKey(parts.keys, { subject, response }, at);
  if (proved?.ok === true) return goOn(parts, request, proved.value);
  const text = KEY_FAULTS[proved?.error ?? 'AnswerRefused'];
  return viewOf(parts, request, { chosen: '', problem: cardProblem(text) });
}

const KEY_FAULTS: Readonly<Record<KeyFault, string>> = {
  AnswerRefused: 'The answer of the security key cannot be accepted. Try again',
  KeyUnknown: 'Nobody has registered this security key, or it was taken away',
  CounterFell: 'This security key was copied. Do not use it, and tell your Registration Authority',
};

const FAULTS: Readonly<Record<Exclude<SignInFault, 'RequestUnknown'>, string>> = {
  TooWeak: 'You need a stronger way to sign in here',
  UserUnknown: 'You are not in the directory of people',
  UserInactive: 'You no longer work for the NHS',
};

async function giveUp(parts: RequestParts, request: PageRequest): Promise<PageAnswer> {
  if (await isForPages(parts, request)) return { to: '/signin' };
  const next = await (await parts.interactions()).giveUp(askedBy(request));
  return next.ok ? { to: next.value } : overView();
}

async function rolesPage(parts: RequestParts, request: PageRequest): Promise<PageAnswer> {
  const waiting = await (await parts.interactions()).roleRequest(askedBy(request));
  if (!waiting.ok) return roleFaultView(waiting.error);
  const { user, roles, current, leadsTo } = waiting.value;
  const role = roles.find(({ roleProfileId }) => roleProfileId === current) ?? null;
  const [only, ...others] = roles;
  // Nobody is asked to choose from one role.
  if (role === null && only !== undefined && others.length === 0) {
    return useRole(parts, request, only.roleProfileId);
  }
  return { ...(await rolesView(parts, request, { user, role, roles })), leadsTo };
}

async function chooseRole(parts: RequestParts, request: PageRequest): Promise<PageAnswer> {
  return useRole(parts, request, request.form.text('role'));
}

async function useRole(
  parts: RequestParts,
  request: PageRequest,
  role: string,
): Promise<PageAnswer> {
  const next = await (await parts.interactions()).chooseRole(askedBy(request), role);
  return next.ok ? { to: next.value } : roleFaultView(next.error);
}

function roleFaultView(fault: RoleFault): View {
  if (fault === 'RequestUnknown') return overView();
  const why =
    fault === 'NotTheirRole' ? 'this is no role that you have today' : 'your session has ended';
  return { ...problemView('role', why), status: 400 };
}

type Shown = { readonly chosen: string; readonly problem: SignInProblem | null };

async function viewOf(
  parts: RequestParts,
  request: PageRequest,
  shown: Shown,
): Promise<PageAnswer> {
  const asked = askedBy(request);
  const waiting = await waitingFor(parts, request);
  if (!waiting.ok) return overView();
  const address = `/signin/${asked.uid}`;
  const agent = agentLink(parts, { act: 'sign-in', request: asked.uid, origin: request.origin });
  const offer = { ...offerOf(parts, waiting.value, address), agent };
  const { browser } = request;
  return signInView(parts, { ...shown, browser, back: address, request: offer });
}

function offerOf(
  { cardUrl }: RequestParts,
  { application, authenticators, leadsTo }: SignInRequest,
  address: string,
): Omit<RequestOffer, 'agent'> {
  return {
    address,
    application,
    leadsTo,
    cardPort: cardUrl === null ? null : address.replace('/signin', cardUrl),
    takesCards: authenticators.includes('CIS2_SMARTCARD'),
  };
}

/** What the port for cards says of the card that it saw. */
function problemFrom(word: string): SignInProblem | null {
  switch (word) {
    case 'CertificateMissing':
      return cardProblem('Your browser showed no card. Put it in the reader and try again');
    case 'CertificateUntrusted':
    case 'CertificateExpired':
    case 'CertificateRevoked':
      return problemOf({ kind: word });
    default:
      return isCardState(word) ? problemOf({ kind: 'CardInState', state: word }) : null;
  }
}

function isCardState(word: string): word is CardState {
  return Object.hasOwn(STATE_TAGS, word);
}

function cardProblem(text: string): SignInProblem {
  return { field: 'card', text, state: null };
}

function overView(): View {
  const why = 'it is older than five minutes, it is finished, or it began in another window';
  return { ...problemView('sign-in request', why), status: 400 };
}
