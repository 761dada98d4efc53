import { sign } from 'node:crypto';

import type { SigningKeyOf } from './material.ts';

const HASHES = { RS256: 'sha256', RS1: 'sha1' } as const;
export type Algorithm = keyof typeof HASHES;

export function isAlgorithm(text: string): text is Algorithm {
  return Object.hasOwn(HASHES, text);
}

/**
 * Signs what `$prepare` answered as `digest`; the Signature XML in base64, as a Provenance carries it
 * [EPS-SIGNATURE 4].
 */
export function signatureData(key: SigningKeyOf, digest: string, algorithm: Algorithm): string {
  const signedInfo = Buffer.from(digest, 'base64').toString('utf8');
  const value = sign(HASHES[algorithm], Buffer.from(signedInfo), key.privateKey);
  const xml = [
    '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">',
    signedInfo.replace(/ xmlns="[^"]*"/, ''), // inherited from the Signature
    `<SignatureValue>${value.toString('base64')}</SignatureValue>`,
    `<KeyInfo><X509Data><X509Certificate>${key.certificate}</X509Certificate></X509Data></KeyInfo>`,
    '</Signature>',
  ].join('');
  return Buffer.from(xml).toString('base64');
}
