import 'reflect-metadata';

import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';

import * as x509 from '@peculiar/x509';

/** RSA of 2048 bits, or the curve P-256. */
export type KeyType = 'rsa' | 'p256';

/** How the Web Crypto API calls the kinds of keys. */
export const ALGORITHMS = {
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  p256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const;

export type Validity = { readonly from: Date; readonly until: Date };

const EARLIER_MS = 30 * 60_000; // so that a clock that is behind takes it too [IDENTITY 1.4]

/** So many years and thirty minutes. */
export function validityFrom(at: Date, years: number): Validity {
  const until = new Date(at);
  until.setUTCFullYear(until.getUTCFullYear() + years);
  return { from: new Date(at.getTime() - EARLIER_MS), until };
}

/** 127 bits in hexadecimal, so that it is a number above nought [IDENTITY 1.4]. */
export function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

export type KeyPair = { readonly privateKey: Buffer; readonly publicKey: Buffer };

/** A new pair: PKCS#8 and SPKI in DER. */
export async function makeKeyPair(type: KeyType): Promise<KeyPair> {
  const { subtle } = webcrypto;
  const pair = await subtle.generateKey(ALGORITHMS[type], true, ['sign', 'verify']);
  return {
    privateKey: Buffer.from(await subtle.exportKey('pkcs8', pair.privateKey)),
    publicKey: Buffer.from(await subtle.exportKey('spki', pair.publicKey)),
  };
}

export type Wanted = {
  readonly subject: x509.X509CertificateCreateParamsName;
  readonly serial: string;
  readonly publicKey: Buffer;
  readonly keyType: KeyType;
  readonly validity: Validity;
  /** Besides those that name the keys of both. */
  readonly extensions: readonly x509.Extension[];
};

export type Issuer = {
  readonly keyType: KeyType;
  readonly privateKey: Buffer;
  /** In DER; null: it certifies itself. */
  readonly certificate: Buffer | null;
};

/** A certificate in DER. */
export async function certify(wanted: Wanted, issuer: Issuer): Promise<Buffer> {
  const publicKey = await webcrypto.subtle.importKey(
    'spki',
    new Uint8Array(wanted.publicKey),
    ALGORITHMS[wanted.keyType],
    true,
    ['verify'],
  );
  // The name and key of the issuer itself: written as text they would be encoded another way [IDENTITY 1].
  const parent =
    issuer.certificate === null
      ? null
      : new x509.X509Certificate(new Uint8Array(issuer.certificate));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: wanted.serial,
    subject: wanted.subject,
    issuer: parent?.subjectName ?? wanted.subject,
    notBefore: wanted.validity.from,
    notAfter: wanted.validity.until,
    signingAlgorithm: ALGORITHMS[issuer.keyType],
    publicKey,
    signingKey: await signingKeyOf(issuer),
    extensions: [
      ...wanted.extensions,
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(parent?.publicKey ?? publicKey),
    ],
  });
  return Buffer.from(certificate.rawData);
}

export function signingKeyOf({
  keyType,
  privateKey,
}: Pick<Issuer, 'keyType' | 'privateKey'>): Promise<webcrypto.CryptoKey> {
  const key = new Uint8Array(privateKey);
  return webcrypto.subtle.importKey('pkcs8', key, ALGORITHMS[keyType], false, ['sign']);
}

/** Signs certificates and revocation lists. */
export const AUTHORITY_USAGE = new x509.KeyUsagesExtension(
  x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
  true,
);

/** Of an authority, with any number of others under it. */
export const AUTHORITY_CONSTRAINTS = new x509.BasicConstraintsExtension(true, undefined, true);

/** Signs what its holder stands by, once called non-repudiation [IDENTITY 1.4]. */
export const CONTENT_COMMITMENT = new x509.KeyUsagesExtension(
  x509.KeyUsageFlags.nonRepudiation,
  true,
);

/** From DER, as files hold it. */
export function certificatePem(certificate: Buffer): string {
  return new X509Certificate(certificate).toString();
}

/** From PKCS#8 in DER, as files hold it. */
export function privateKeyPem(key: Buffer): string {
  const pem = { format: 'pem', type: 'pkcs8' } as const;
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export(pem);
}
