import { createHash } from 'node:crypto';

/** What every mock signature says of itself, in the clear, once its base64 is undone. */
export const MOCK_SIGNATURE_MARK = 'MOCK SIGNATURE - NOT SIGNED BY ANYBODY. ';
export const MOCK_CERTIFICATE_MARK = 'MOCK CERTIFICATE - CERTIFIES NOTHING. ';

// As long as what a 2048-bit key makes, so that messages weigh what real ones do.
const SIGNATURE_BYTES = 256;
const CERTIFICATE_BYTES = 1_100;

const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

/**
 * Base64 of an XML signature of the right form [EPS-SIGNATURE 4] that proves nothing: no key made
 * it. The same words give the same text, others another, so that bodies differ and tests repeat.
 */
export function mockSignature(...words: readonly string[]): string {
  const seed = words.join('\n');
  const digest = createHash('sha256').update(seed).digest('base64');
  const xml = [
    '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>',
    `<CanonicalizationMethod Algorithm="${C14N}"></CanonicalizationMethod>`,
    `<SignatureMethod Algorithm="${RSA_SHA256}"></SignatureMethod>`,
    `<Reference><Transforms><Transform Algorithm="${C14N}"></Transform></Transforms>`,
    `<DigestMethod Algorithm="${SHA256}"></DigestMethod>`,
    `<DigestValue>${digest}</DigestValue></Reference></SignedInfo>`,
    `<SignatureValue>${marked(MOCK_SIGNATURE_MARK, seed, SIGNATURE_BYTES)}</SignatureValue>`,
    '<KeyInfo><X509Data><X509Certificate>',
    marked(MOCK_CERTIFICATE_MARK, seed, CERTIFICATE_BYTES),
    '</X509Certificate></X509Data></KeyInfo></Signature>',
  ].join('');
  return Buffer.from(xml).toString('base64');
}

/** The mark, then bytes that look random, up to the length: in base64. */
function marked(mark: string, seed: string, sizeBytes: number): string {
  const filler = createHash('shake256', { outputLength: sizeBytes - mark.length })
    .update(`${mark}\n${seed}`)
    .digest();
  return Buffer.concat([Buffer.from(mark), filler]).toString('base64');
}
