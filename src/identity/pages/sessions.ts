import { localAddress, type Page, type PageAnswer, type PageRequest } from '../../pages/index.ts';
import {
  continueHere,
  endSessions,
  liveSessions,
  readSession,
  type Session,
} from '../sessions/index.ts';
import { type PageParts, type SignedOutReason, secondsLeft, withoutRole } from './signed-in.ts';

/** The choice between two sign-ins, the time left, and the end [EXPERIENCE 4.1]. */
export function sessionPages(parts: PageParts): readonly Page[] {
  return [
    { method: 'GET', path: '/sessions', handle: (request) => choicePage(parts, request) },
    { method: 'POST', path: '/sessions', handle: (request) => choose(parts, request) },
    { method: 'GET', path: '/sessions/left', handle: (request) => timeLeft(parts, request) },
    {
      method: 'POST',
      path: '/sessions/stay',
      handle: withoutRole(parts, (_request, { visitor }) => ({
        json: { seconds: visitor.idleSeconds },
      })),
    },
    { method: 'POST', path: '/signout', handle: (request) => signOut(parts, request) },
    { method: 'GET', path: '/signedout', handle: signedOutPage },
  ];
}

async function choicePage(parts: PageParts, request: PageRequest): Promise<PageAnswer> {
  const { database, clock } = parts;
  const back = request.query('return');
  const waiting = await waitingSession(parts, request);
  if (waiting === null) return { to: localAddress(back, '/') };
  const live = await liveSessions(database, waiting.userId, clock.securityNow());
  const other = live.find(({ id, kind }) => kind === waiting.kind && id !== waiting.id);
  return {
    view: 'identity/sessions.njk',
    title: 'You are already signed in',
    model: { since: other?.startedAt ?? null, used: other?.lastUsedAt ?? null, back },
  };
}

async function choose(parts: PageParts, request: PageRequest): Promise<PageAnswer> {
  const { database, clock } = parts;
  const waiting = await waitingSession(parts, request);
  const back = request.form.text('return');
  if (waiting === null) return { to: localAddress(back, '/') };
  const at = clock.securityNow();
  if (request.form.text('choice') !== 'here') {
    await endSessions(database, { session: waiting.id }, 'signed-out', at);
    return { to: '/signedout?reason=you', session: { id: null } };
  }
  const chosen = await continueHere(database, waiting, at);
  if (!chosen.ok) return { to: '/signedout?reason=elsewhere' };
  return { to: localAddress(back, '/') };
}

async function waitingSession(parts: PageParts, request: PageRequest): Promise<Session | null> {
  const found = await readSession(parts.database, request.session ?? '', parts.clock.securityNow());
  return found.ok && found.value.isWaiting ? found.value : null;
}

/** Asking is no use of the session: a window that nobody looks at must not keep it alive. */
async function timeLeft({ database, clock }: PageParts, request: PageRequest): Promise<PageAnswer> {
  const at = clock.securityNow();
  const found = await readSession(database, request.session ?? '', at);
  return { json: { seconds: found.ok ? secondsLeft(found.value, at) : 0 } };
}

async function signOut({ database, clock }: PageParts, request: PageRequest): Promise<PageAnswer> {
  const { session } = request;
  if (session !== null) await endSessions(database, { session }, 'signed-out', clock.securityNow());
  return { to: '/signedout?reason=you', session: { id: null } };
}

const TEXTS: Record<SignedOutReason, { readonly title: string; readonly text: string }> = {
  you: { title: 'You have signed out', text: 'Take your card with you.' },
  idle: {
    title: 'You were signed out because nothing was done for a while',
    text: 'This protects patients’ details when somebody walks away. What was not saved is lost.',
  },
  elsewhere: {
    title: 'You were signed out because you signed in elsewhere',
    text: 'One person works in one place at a time. If it was not you, tell your Registration Authority at once.',
  },
  access: {
    title: 'You were signed out because your access changed',
    text: 'Your card, your role or your record was changed or ended. Ask your Registration Authority.',
  },
};

function signedOutPage(request: PageRequest): PageAnswer {
  const word = request.query('reason');
  const { title, text } = TEXTS[isReason(word) ? word : 'you'];
  const back = localAddress(request.query('return'), '');
  const again = back === '' ? '/signin' : `/signin?return=${encodeURIComponent(back)}`;
  return { view: 'identity/signed-out.njk', title, model: { text, again } };
}

function isReason(word: string): word is SignedOutReason {
  return Object.hasOwn(TEXTS, word);
}
