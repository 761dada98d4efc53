import 'reflect-metadata';

import { webcrypto } from 'node:crypto';

import * as x509 from '@peculiar/x509';

export const AUTHORITY_KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
// Prescribers sign with RSA: the contract knows nothing else [EPS-SIGNATURE 4].
const PERSON_KEY = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};

// So long that a test with a moved clock does not fall out of it.
const VALID_FROM = new Date('2015-01-01T00:00:00Z');
const VALID_UNTIL = new Date('2045-01-01T00:00:00Z');
const PERSON_UNTIL = new Date('2044-01-01T00:00:00Z'); // before its authority, so that a card can expire alone

/** A certificate and the key that belongs to it. */
export type Issued = {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
};

type Wanted = {
  readonly subject: string;
  readonly serialNumber: string;
  /** Null: it certifies itself. */
  readonly issuer: Issued | null;
  /** Where the list stands that would revoke it; null: nobody revokes it. */
  readonly listAt: string | null;
};

type Profile = {
  readonly keys: webcrypto.CryptoKeyPair;
  readonly until: Date;
  readonly extensions: readonly x509.Extension[];
};

// Bits 5 and 6 in DER, which no single flag says: signs certificates and revocation lists.
const AUTHORITY_USAGE = new x509.Extension('2.5.29.15', true, Buffer.from('03020106', 'hex'));
const PERSON_USAGE = new x509.KeyUsagesExtension(x509.KeyUsageFlags.nonRepudiation, true);

export async function issueAuthority(wanted: Wanted): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(AUTHORITY_KEY, true, ['sign', 'verify']);
  const extensions = [new x509.BasicConstraintsExtension(true, undefined, true), AUTHORITY_USAGE];
  return issue(wanted, { keys, until: VALID_UNTIL, extensions });
}

/** For content commitment, named as the real ones are [IDENTITY 1.4]. */
export async function issuePerson(wanted: Wanted): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(PERSON_KEY, true, ['sign', 'verify']);
  const extensions = [new x509.BasicConstraintsExtension(false), PERSON_USAGE];
  return issue(wanted, { keys, until: PERSON_UNTIL, extensions });
}

async function issue(
  { subject, serialNumber, issuer, listAt }: Wanted,
  { keys, until, extensions }: Profile,
): Promise<Issued> {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject,
    // The name itself: written as text it would be encoded another way [IDENTITY 1].
    issuer: issuer?.certificate.subjectName ?? subject,
    notBefore: VALID_FROM,
    notAfter: until,
    signingAlgorithm: AUTHORITY_KEY,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    extensions: [
      ...extensions,
      ...(listAt === null ? [] : [new x509.CRLDistributionPointsExtension([listAt])]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create((issuer?.keys ?? keys).publicKey),
    ],
  });
  return { certificate, keys };
}
