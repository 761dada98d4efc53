import { createPublicKey, type KeyObject, verify } from 'node:crypto';

import type { KeyType } from '../../platform/certificates.ts';
import type { Purpose } from './authority.ts';

/** The public half of a key in a chip, and the proof that whoever asks for a certificate has the other half. */
export type ChipKey = {
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Buffer;
  /** What the key signed of `proofText`, with SHA-256: PKCS#1 1.5, or ECDSA in DER. */
  readonly proof: Buffer;
};

/** What a key signs to be certified: for whom, for what, and itself, so that the proof is good for nothing else. */
export function proofText(userId: string, purpose: Purpose, spki: Buffer): Buffer {
  return Buffer.from(`OpenSpine card key\n${userId}\n${purpose}\n${spki.toString('base64')}\n`);
}

/** Of a kind that cards may have [IDENTITY 1.4]; null for any other. */
export function keyTypeOf(spki: Buffer): KeyType | null {
  const key = keyIn(spki);
  if (key === null) return null;
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') return modulusLength >= RSA_BITS_MIN ? 'rsa' : null;
  return namedCurve === 'prime256v1' ? 'p256' : null;
}

const RSA_BITS_MIN = 2048;

export function isProved({ spki, proof }: ChipKey, userId: string, purpose: Purpose): boolean {
  const key = keyIn(spki);
  try {
    return key !== null && verify('sha256', proofText(userId, purpose, spki), key, proof);
  } catch {
    return false; // no signature of such a key
  }
}

function keyIn(spki: Buffer): KeyObject | null {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}
