import {
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type CompactVerifyGetKey,
} from 'jose';

import { fail, ok, type Result } from '../../kernel/result.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** A JWT that was read, not believed. */
export type ReadJwt = { readonly header: Claims; readonly claims: Claims };

/** Null for what is no JWT. */
export function readJwt(token: string): ReadJwt | null {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) };
  } catch {
    return null; // the library throws for every fault of a token
  }
}

export type KeyFault = 'KeyUnknown' | 'SignatureWrong' | 'KeysUnreachable';

/** Whether a token is signed with a key of that set, by one of those algorithms and no other. */
export async function checkSignature(
  token: string,
  keys: CompactVerifyGetKey,
  algorithms: readonly string[],
): Promise<Result<null, KeyFault>> {
  try {
    await compactVerify(token, keys, { algorithms: [...algorithms] });
    return ok(null);
  } catch (error) {
    return fail(keyFault(error));
  }
}

function keyFault(error: unknown): KeyFault {
  const isKey =
    error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
  if (isKey) return 'KeyUnknown';
  const isToken =
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWSInvalid;
  // Whatever else goes wrong, went wrong on the way to the keys.
  return isToken ? 'SignatureWrong' : 'KeysUnreachable';
}

export function textClaim(claims: Claims, name: string): string | null {
  const value = claims[name];
  return typeof value === 'string' ? value : null;
}

/** A level is a text or a number, by who says it [IDENTITY 3.1]. */
export function levelClaim(claims: Claims, name: string): string | null {
  const value = claims[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/** `aud`, which may be one or several. */
export function audienceOf({ aud }: Claims): string[] {
  const all: unknown[] = Array.isArray(aud) ? aud : [aud];
  return all.filter((one) => typeof one === 'string');
}
