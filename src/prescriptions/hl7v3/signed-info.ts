import { hash as digestOf } from 'node:crypto';

import { canonicalXml } from './canonical.ts';
import { element, textElement } from '../../gateways/xml/element.ts';

/** How a prescription is signed: RS256, or RS1 for applications that cannot do better yet [EPS-SIGNATURE 1]. */
export const SIGNATURE_ALGORITHMS = {
  RS256: {
    hash: 'sha256',
    signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    digest: 'http://www.w3.org/2001/04/xmlenc#sha256',
  },
  RS1: {
    hash: 'sha1',
    signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
    digest: 'http://www.w3.org/2000/09/xmldsig#sha1',
  },
} as const;
export type SignatureAlgorithm = keyof typeof SIGNATURE_ALGORITHMS;

export const XML_SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** What is signed: the algorithms, and the base64 digest of the fragments, in canonical form [EPS-SIGNATURE 3]. */
export function signedInfo(digestValue: string, algorithm: SignatureAlgorithm): string {
  const { before, behind } = AROUND[algorithm];
  return `${before}${digestValue}${behind}`;
}

/** What is signed of the fragments of a prescription. */
export function fragmentsSignedInfo(fragments: string, algorithm: SignatureAlgorithm): string {
  const { hash } = SIGNATURE_ALGORITHMS[algorithm];
  return signedInfo(digestOf(hash, fragments, 'base64'), algorithm);
}

/** All but the digest is the same each time. */
const AROUND = { RS256: around('RS256'), RS1: around('RS1') };

function around(algorithm: SignatureAlgorithm): {
  readonly before: string;
  readonly behind: string;
} {
  const { signature, digest } = SIGNATURE_ALGORITHMS[algorithm];
  const reference = element(
    'Reference',
    {},
    element('Transforms', {}, element('Transform', { Algorithm: EXCLUSIVE })),
    element('DigestMethod', { Algorithm: digest }),
    textElement('DigestValue', ''),
  );
  const info = element(
    'SignedInfo',
    {},
    element('CanonicalizationMethod', { Algorithm: EXCLUSIVE }),
    element('SignatureMethod', { Algorithm: signature }),
    reference,
  );
  const text = canonicalXml(info, XML_SIGNATURE);
  const at = text.indexOf('</DigestValue>');
  return { before: text.slice(0, at), behind: text.slice(at) };
}

/** Whether a text is what is signed of some prescription with that algorithm, to the letter. */
export function isSignedInfo(text: string, algorithm: SignatureAlgorithm): boolean {
  const digest = /<DigestValue>([A-Za-z0-9+/]+={0,2})<\/DigestValue>/.exec(text)?.[1];
  return digest !== undefined && text === signedInfo(digest, algorithm);
}
