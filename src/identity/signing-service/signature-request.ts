import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Hash } from '../cards/index.ts';

/** What an application asks a prescriber to sign by the signing service, and what became of it [IDENTITY 3.2]. */
export type SignatureRequest = {
  readonly applicationId: string;
  /** Its name, for the person who is asked. */
  readonly application: string;
  readonly userId: string;
  /** In which the user works at the application. */
  readonly session: string | null;
  readonly algorithm: SigningAlgorithm;
  readonly payloads: readonly Payload[];
  /** Where the browser goes on in the end: the application's address, with token and state. */
  readonly returnTo: string;
  /** Until then it waits to be signed, and afterwards to be fetched. */
  readonly expiresAt: Date;
  readonly outcome: SigningOutcome | null;
};

/** `payload`: `digest` as $prepare answers it, the base64 of a SignedInfo in canonical form [EPS-SIGNATURE 3]. */
export type Payload = { readonly id: string; readonly payload: string };

/** `signature` in base64, of PKCS#1 1.5. */
export type PayloadSignature = { readonly id: string; readonly signature: string };

export type SigningOutcome =
  /** With the certificate in DER. */
  | {
      readonly kind: 'Signed';
      readonly signatures: readonly PayloadSignature[];
      readonly certificate: Buffer;
    }
  | { readonly kind: 'Refused' };

export const SIGNING_HASHES = { RS256: 'sha256', RS1: 'sha1' } as const satisfies Record<
  string,
  Hash
>;
export type SigningAlgorithm = keyof typeof SIGNING_HASHES;

/** Whether bytes are a SignedInfo of a prescription for that algorithm; who knows prescriptions says so. */
export type IsSignedInfo = (text: string, algorithm: SigningAlgorithm) => boolean;

const PAYLOADS_MAX = 100; // of one request: a surgery's repeats of a day, some 150 kB
const ID_MAX = 100;
const ID = /^[^\p{Cc}\p{Cs}]{1,100}$/u; // it is shown, and stands in the audit

/** What a request is made of, once its JWT has proved who sends it. */
export type Contents = Pick<SignatureRequest, 'algorithm' | 'payloads'>;

/** Reads `payloads` and `algorithm` of the claims; else in words what is wrong with them. */
export function readContents(
  claims: Readonly<Record<string, unknown>>,
  isSignedInfo: IsSignedInfo,
): Result<Contents, string> {
  const { algorithm, payloads } = claims;
  if (!isAlgorithm(algorithm)) {
    return fail(`Missing or invalid 'algorithm' claim in ${IN} - must be 'RS256' or 'RS1'`);
  }
  if (!Array.isArray(payloads) || payloads.length === 0 || payloads.length > PAYLOADS_MAX) {
    return fail(
      `Missing or invalid 'payloads' claim in ${IN} - must be a list of 1 to ${PAYLOADS_MAX}`,
    );
  }
  const read: Payload[] = [];
  for (const [place, given] of payloads.entries()) {
    const payload = readPayload(given);
    if (payload === null || read.some(({ id }) => id === payload.id)) {
      return fail(
        `Invalid 'payloads' claim in ${IN} - payloads[${place}].id must be a unique text of 1 to ${ID_MAX} characters`,
      );
    }
    if (!isSignedInfo(signedInfoIn(payload), algorithm)) {
      return fail(
        `Invalid 'payloads' claim in ${IN} - payloads[${place}].payload must be a digest of $prepare for ${algorithm}`,
      );
    }
    read.push(payload);
  }
  return ok({ algorithm, payloads: read });
}

/** As refusals name the JWT of a request. */
export const IN = 'signature request JWT';

function isAlgorithm(value: unknown): value is SigningAlgorithm {
  return typeof value === 'string' && Object.hasOwn(SIGNING_HASHES, value);
}

function readPayload(given: unknown): Payload | null {
  if (typeof given !== 'object' || given === null) return null;
  const { id, payload = null }: { id?: unknown; payload?: unknown } = given;
  if (typeof id !== 'string' || id.trim() === '' || !ID.test(id)) return null;
  return { id, payload: typeof payload === 'string' ? payload : '' };
}

/** Empty when it is not base64 in its one spelling. */
function signedInfoIn({ payload }: Payload): string {
  const bytes = Buffer.from(payload, 'base64');
  return bytes.toString('base64') === payload ? bytes.toString('utf8') : '';
}

/** What the card signs of a payload. */
export function bytesOf({ payload }: Payload): Buffer {
  return Buffer.from(payload, 'base64');
}

/** What the page shows of a payload: the digest of the prescription that is signed. */
export function digestIn(payload: Payload): string {
  return /<DigestValue>([^<]*)</.exec(bytesOf(payload).toString('utf8'))?.[1] ?? '';
}
