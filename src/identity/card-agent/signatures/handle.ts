import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Cards } from '../../cards/index.ts';
import { problemOf } from '../../sign-in/words.ts';
import {
  openRequest,
  type PayloadSignature,
  type SigningRefusal,
  takeSignatures,
} from '../../signing-service/index.ts';
import type { Refused } from '../handle.ts';

/** What the card in the reader is to sign, for whom, and who asks for it. */
export async function payloadsFor(
  cards: Cards,
  request: string,
  at: Date,
): Promise<Result<object, Refused>> {
  const found = await openRequest(cards, request, at);
  if (found === null || found.outcome !== null) return fail(refusalOf({ kind: 'Over' }));
  const { application, userId, algorithm, payloads } = found;
  return ok({ application, userId, algorithm, payloads });
}

type Signed = Parameters<typeof takeSignatures>[2];

/** The card has signed: answers where the browser goes on, below the address that it came from. */
export async function signaturesOf(
  cards: Cards,
  request: string,
  { signed, at }: { readonly signed: Signed; readonly at: Date },
): Promise<Result<{ readonly to: string }, Refused>> {
  const taken = await takeSignatures(cards, request, signed, at);
  return taken.ok ? ok({ to: `/sign/${request}` }) : fail(refusalOf(taken.error));
}

/** `{"certificate", "signatures": [{"id", "signature"}]}`; what is not there as it should be is empty. */
export function readSignatures(sent: object): Signed {
  const { certificate, signatures }: { certificate?: unknown; signatures?: unknown } = sent;
  const der =
    typeof certificate === 'string' ? Buffer.from(certificate, 'base64') : Buffer.alloc(0);
  const list: unknown[] = Array.isArray(signatures) ? signatures : [];
  return { certificate: der, signatures: list.map(signatureIn) };
}

function signatureIn(given: unknown): PayloadSignature {
  if (typeof given !== 'object' || given === null) return { id: '', signature: '' };
  const { id, signature }: { id?: unknown; signature?: unknown } = given;
  return {
    id: typeof id === 'string' ? id : '',
    signature: typeof signature === 'string' ? signature : '',
  };
}

function refusalOf(refusal: SigningRefusal): Refused {
  switch (refusal.kind) {
    case 'Over':
      return {
        error: 'request_over',
        text: 'This request to sign is signed already, or older than ten minutes',
      };
    case 'CardOfAnother':
      return { error: 'uid_mismatch', text: 'The card is not that of the person who is to sign' };
    case 'SignaturesWrong':
      return { error: 'signature_invalid', text: 'The signatures of the card are not right' };
    default:
      return { error: 'card_refused', text: problemOf(refusal).text };
  }
}
