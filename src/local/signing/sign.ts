import { sign } from 'node:crypto';

import type { SigningKey } from './card-key.ts';

export const HASHES = { RS256: 'sha256', RS1: 'sha1' } as const;
export type Algorithm = keyof typeof HASHES;

export function isAlgorithm(text: string): text is Algorithm {
  return Object.hasOwn(HASHES, text);
}

/** Signs what `$prepare` answered as `digest`; answers as `signatureOf`. */
export function signatureData(key: SigningKey, digest: string, algorithm: Algorithm): string {
  const value = sign(HASHES[algorithm], signedInfoOf(digest), key.privateKey);
  return signatureOf(digest, value, key.certificate);
}

/** What the key signs of a `digest`. */
export function signedInfoOf(digest: string): Buffer {
  return Buffer.from(digest, 'base64');
}

/**
 * The Signature XML in base64, as a Provenance carries it: from a `digest`, the signature over it, and the certificate
 * in base64 of DER [EPS-SIGNATURE 4].
 */
export function signatureOf(digest: string, value: Buffer, certificate: string): string {
  const xml = [
    '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">',
    signedInfoOf(digest)
      .toString()
      .replace(/ xmlns="[^"]*"/, ''), // inherited from the Signature
    `<SignatureValue>${value.toString('base64')}</SignatureValue>`,
    `<KeyInfo><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo>`,
    '</Signature>',
  ].join('');
  return Buffer.from(xml).toString('base64');
}
