import { randomBytes, verify, X509Certificate } from 'node:crypto';

import { present } from '../../kernel/bug.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import {
  type Cards,
  certificatesOf,
  checkLogin,
  type LoginCard,
  type LoginFault,
  openCard,
  type PinRefusal,
} from '../cards/index.ts';
import { findUser, type User } from '../people/index.ts';
import { type Session, type SessionStore, startSession } from '../sessions/index.ts';

export type CardSignIn = {
  readonly cardNumber: string;
  readonly pin: string;
  /** In which it was filled in; absent: the card is at hand. */
  readonly browser?: string;
};

export type SignInRefusal = PinRefusal | LoginFault | { readonly kind: 'UserInactive' };

const CHALLENGE_BYTES = 48;

/**
 * Proves with the passcode that the card is there: its login key signs what nobody could foresee, and its certificate
 * is good now. What a reader and an agent do with a chip is done here with a card that is a file.
 */
export async function proveCard(
  cards: Cards,
  { cardNumber, pin, ...entered }: CardSignIn,
  at: Date,
): Promise<Result<LoginCard, SignInRefusal>> {
  const opened = await openCard(cards, cardNumber, pin, { userId: null, at, ...entered });
  if (!opened.ok) return opened;
  const challenge = randomBytes(CHALLENGE_BYTES);
  const signature = await opened.value.sign('login', 'sha256', challenge);
  await opened.value.close();
  const certificates = await certificatesOf(cards.database, cardNumber);
  const { der } = present(
    certificates.find(({ purpose }) => purpose === 'login'),
    'login certificate',
  );
  const { publicKey } = new X509Certificate(der);
  if (!verify('sha256', challenge, publicKey, signature)) {
    return fail({ kind: 'CertificateUntrusted' });
  }
  return checkLogin(cards, der, at);
}

/** The session of somebody who signs in to the web pages with a card [EXPERIENCE 4.1]. */
export async function signInWithCard(
  store: SessionStore & { readonly cards: Cards },
  wanted: CardSignIn,
  at: Date,
): Promise<Result<Session, SignInRefusal>> {
  const proved = await proveCard(store.cards, wanted, at);
  if (!proved.ok) return proved;
  const { userId, cardNumber: card } = proved.value;
  const user = await findUser(store.database, userId);
  if (user?.status !== 'active') return fail({ kind: 'UserInactive' });
  return ok(await startPagesSession(store, user, { card, amr: ['sc', 'pin'] }, at));
}

/** The session of somebody who has proved at level 3 who they are, in the web pages. */
export function startPagesSession(
  store: SessionStore,
  { userId, idAssuranceLevel }: User,
  { card, amr }: { readonly card: string | null; readonly amr: readonly string[] },
  at: Date,
): Promise<Session> {
  const authentication = {
    acr: null,
    amr,
    assuranceLevel: '3',
    idAssuranceLevel: String(idAssuranceLevel),
    proofingLevel: null,
    vectorOfTrust: null,
    nhsNumber: null,
    delegate: null,
  };
  const who = { kind: 'pages', userId, card, authentication } as const;
  const from = { provider: 'smartcard', providerSession: null, applicationId: null };
  return startSession(store, { ...who, ...from }, at);
}
