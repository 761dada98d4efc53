import { constants, verify, X509Certificate } from 'node:crypto';

import { present } from '../../../kernel/bug.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import {
  type Cards,
  certificatesOf,
  checkSigner,
  findCard,
  type LoginFault,
  openCard,
  type PinRefusal,
} from '../../cards/index.ts';
import { findUser } from '../../people/index.ts';
import { endRequest, findRequest } from '../repository.ts';
import {
  bytesOf,
  type PayloadSignature,
  type SignatureRequest,
  SIGNING_HASHES,
  type SigningOutcome,
} from '../signature-request.ts';

const FETCH_WITHIN_MS = 600_000; // as long as it could wait to be signed

/** Why nothing was signed. `Over`: the request is unknown or too old; nobody signs it any more. */
export type SigningRefusal =
  | PinRefusal
  | LoginFault
  | { readonly kind: 'Over' }
  | { readonly kind: 'UserInactive' }
  | { readonly kind: 'CardOfAnother' }
  | { readonly kind: 'SignaturesWrong' };

/** Where the browser goes on. */
type Done = Promise<Result<string, SigningRefusal>>;

export type Entered = {
  readonly cardNumber: string;
  readonly pin: string;
  readonly browser: string;
};

/** Signs with a card whose keys are in a file, for whom the request names; the passcode was entered at a form. */
export async function signWithCard(cards: Cards, token: string, entered: Entered, at: Date): Done {
  const { cardNumber, pin, browser } = entered;
  const request = await openRequest(cards, token, at);
  if (request === null) return fail({ kind: 'Over' });
  if (request.outcome !== null) return ok(request.returnTo);
  const { userId, algorithm, payloads } = request;
  const card = await findCard(cards.database, cardNumber);
  if (card !== null && card.userId !== userId) return fail({ kind: 'CardOfAnother' });
  const opened = await openCard(cards, cardNumber, pin, { userId, at, browser });
  if (!opened.ok) return opened;
  const signatures: PayloadSignature[] = [];
  for (const payload of payloads) {
    const value = await opened.value.sign('signing', SIGNING_HASHES[algorithm], bytesOf(payload));
    signatures.push({ id: payload.id, signature: value.toString('base64') });
  }
  await opened.value.close();
  const certificates = await certificatesOf(cards.database, cardNumber);
  const { der } = present(
    certificates.find(({ purpose }) => purpose === 'signing'),
    'signing certificate',
  );
  return takeSignatures(cards, token, { signatures, certificate: der }, at);
}

/** What a card has signed, with its certificate in DER. */
type Signed = Omit<Extract<SigningOutcome, { kind: 'Signed' }>, 'kind'>;

/**
 * Takes the signatures of a request that waits: all of them, by the card of the user whom it names, which is good now.
 * Whoever brings them has proved by them alone that the card was there.
 */
export async function takeSignatures(cards: Cards, token: string, signed: Signed, at: Date): Done {
  const request = await openRequest(cards, token, at);
  if (request === null) return fail({ kind: 'Over' });
  if (request.outcome !== null) return ok(request.returnTo);
  const user = await findUser(cards.database, request.userId);
  if (user?.status !== 'active') return fail({ kind: 'UserInactive' });
  const signer = await checkSigner(cards, signed.certificate, at);
  if (!signer.ok) return signer;
  if (signer.value.userId !== request.userId) return fail({ kind: 'CardOfAnother' });
  if (!areSignatures(request, signed)) return fail({ kind: 'SignaturesWrong' });
  await end(cards, token, { request, outcome: { kind: 'Signed', ...signed } }, at);
  return ok(request.returnTo);
}

/** The user does not want to; the application is told so. Null: it does not wait any more. */
export async function refuseToSign(cards: Cards, token: string, at: Date): Promise<string | null> {
  const request = await openRequest(cards, token, at);
  if (request === null) return null;
  if (request.outcome === null) {
    await end(cards, token, { request, outcome: { kind: 'Refused' } }, at);
  }
  return request.returnTo;
}

/** Somebody else may have ended it meanwhile: what they did stands. */
async function end(
  { database }: Cards,
  token: string,
  ended: { readonly request: SignatureRequest; readonly outcome: SigningOutcome },
  at: Date,
): Promise<void> {
  const expiresAt = new Date(at.getTime() + FETCH_WITHIN_MS);
  await endRequest(database, token, { ...ended, expiresAt }, at);
}

/** One that is not over: it waits, or what became of it can be fetched. */
export async function openRequest(
  { database }: Pick<Cards, 'database'>,
  token: string,
  at: Date,
): Promise<SignatureRequest | null> {
  const request = await findRequest(database, token);
  return request === null || request.expiresAt <= at ? null : request;
}

/** One for each payload, in its order, by the key of the certificate: RSA with PKCS#1 1.5 [EPS-SIGNATURE 4]. */
function areSignatures(
  { algorithm, payloads }: SignatureRequest,
  { signatures, certificate }: Signed,
): boolean {
  const { publicKey } = new X509Certificate(certificate);
  if (publicKey.asymmetricKeyType !== 'rsa' || signatures.length !== payloads.length) return false;
  const key = { key: publicKey, padding: constants.RSA_PKCS1_PADDING };
  return payloads.every((payload, place) => {
    const given = signatures[place];
    return (
      given?.id === payload.id &&
      verify(
        SIGNING_HASHES[algorithm],
        bytesOf(payload),
        key,
        Buffer.from(given.signature, 'base64'),
      )
    );
  });
}
