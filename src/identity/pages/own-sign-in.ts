import { fail, ok, type Result } from '../../kernel/result.ts';
import { localAddress, type PageAnswer, type PageRequest } from '../../pages/index.ts';
import { acrMet, authenticatorsFor, type Proof, type SignInRequest } from '../cis2/index.ts';
import { findUser } from '../people/index.ts';
import { startPagesSession } from '../sign-in/handle.ts';
import { beginPageSignIn, endPageSignIn, isPageSignIn } from '../sign-in/repository.ts';
import type { PageParts } from './signed-in.ts';
import { placeAfter } from './sign-in.ts';

const LEVEL = 'AAL3_ANY'; // these pages show and change what people may do [IDENTITY 3.1]

/** Our own pages wait for a sign-in as an application does: they take what it may take, and lead nowhere else. */
export const FOR_PAGES: SignInRequest = {
  application: '',
  authenticators: authenticatorsFor(LEVEL),
  userId: null,
  leadsTo: [],
};

/** Begins to sign in to our own pages as applications' users do, in this browser alone. */
export async function beginOtherWay(
  { database, clock }: PageParts,
  { browser, form }: PageRequest,
): Promise<PageAnswer> {
  if (browser === null) return { to: '/signin' };
  const returnTo = localAddress(form.text('return'), '/');
  const uid = await beginPageSignIn(database, { browser, returnTo }, clock.securityNow());
  return { to: `/signin/${uid}` };
}

function askedIn({ parts, browser }: PageRequest) {
  return { request: parts['request'] ?? '', browser: browser ?? '' };
}

/** Whether it is our own pages that wait, for this browser. */
export function isForPages({ database, clock }: PageParts, request: PageRequest): Promise<boolean> {
  return isPageSignIn(database, askedIn(request), clock.securityNow());
}

/** Lets somebody in who has proved who they are; null when it is not our own pages that wait. */
export async function enterPages(
  parts: PageParts,
  request: PageRequest,
  { userId, authenticator, card }: Proof,
): Promise<Result<PageAnswer, 'TooWeak' | 'UserUnknown' | 'UserInactive'> | null> {
  const { database, clock } = parts;
  if (!(await isForPages(parts, request))) return null;
  if (acrMet(LEVEL, authenticator) === null) return fail('TooWeak');
  const user = await findUser(database, userId);
  if (user === null) return fail('UserUnknown');
  if (user.status !== 'active') return fail('UserInactive');
  const at = clock.securityNow();
  const back = await endPageSignIn(database, askedIn(request), at);
  if (back === null) return null;
  const session = await startPagesSession(parts, user, { card, amr: [authenticator] }, at);
  return ok({ to: placeAfter(session, back), session: { id: session.id } });
}
