import 'reflect-metadata';

import { webcrypto } from 'node:crypto';

import * as x509 from '@peculiar/x509';

import {
  AUTHORITIES,
  type Authority,
  type AuthorityName,
  type KeyType,
  PKI_PATHS,
  type Purpose,
} from './authority.ts';
import { generalizedTime, ia5, objectId, sequence } from './der.ts';

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

const AUTHORITY_YEARS = 20;
const SIGNING_SHARE = 0.7; // of its validity a key signs; after that it only verifies [IDENTITY 1.4]
const EARLIER_MS = 30 * 60_000; // so that a clock that is behind takes it too [IDENTITY 1.4]
const CARD_YEARS = 2;

/** Two years and thirty minutes [IDENTITY 1.4]. */
export function validityFrom(at: Date): Validity {
  return { from: new Date(at.getTime() - EARLIER_MS), until: yearsLater(at, CARD_YEARS) };
}

export function authorityValidityFrom(at: Date): Validity {
  return { from: new Date(at.getTime() - EARLIER_MS), until: yearsLater(at, AUTHORITY_YEARS) };
}

function yearsLater(at: Date, years: number): Date {
  const later = new Date(at);
  later.setUTCFullYear(later.getUTCFullYear() + years);
  return later;
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

type Wanted = {
  readonly subject: x509.X509CertificateCreateParamsName;
  readonly serial: string;
  readonly publicKey: Buffer;
  readonly keyType: KeyType;
  readonly validity: Validity;
  readonly extensions: readonly x509.Extension[];
};

export async function makeAuthority(
  name: AuthorityName,
  {
    root,
    serial,
    validity,
  }: {
    readonly root: Authority | null;
    readonly serial: string;
    readonly validity: Validity;
  },
  pkiUrl: string,
): Promise<Authority> {
  const { commonName, keyType } = AUTHORITIES[name];
  const pair = await makeKeyPair(keyType);
  const wanted: Wanted = {
    subject: `C=GB, O=nhs, OU=CA, CN=${commonName}`,
    serial,
    publicKey: pair.publicKey,
    keyType,
    validity,
    extensions: [
      new x509.BasicConstraintsExtension(true, root === null ? undefined : 0, true),
      AUTHORITY_USAGE,
      ...(root === null ? [] : placesOf('root', 0, pkiUrl)),
    ],
  };
  const own = { name, certificate: Buffer.alloc(0), privateKey: pair.privateKey };
  return { ...own, certificate: await certify(wanted, root ?? own) };
}

// Bits 5 and 6 in DER, which no single flag says: signs certificates and revocation lists.
const AUTHORITY_USAGE = new x509.Extension('2.5.29.15', true, Buffer.from('03020106', 'hex'));

export type CardCertificate = {
  readonly userId: string;
  readonly given: string;
  readonly family: string;
  readonly purpose: Purpose;
  readonly keyType: KeyType;
  readonly publicKey: Buffer;
  readonly serial: string;
  /** Part of the revocation list in which it would stand. */
  readonly shard: number;
  readonly validity: Validity;
};

/** Names, usages and policies as on the real cards [IDENTITY 1.4]. */
export function certifyCard(
  card: CardCertificate,
  authority: Authority,
  pkiUrl: string,
): Promise<Buffer> {
  const { purpose, validity, userId } = card;
  const names = {
    login: [{ O: ['nhs'] }, { OU: ['people'] }, { CN: [userId] }],
    signing: [
      { O: ['nhs'] },
      { OU: ['People'] },
      { CN: [`${userId}_${card.given}_${card.family}`] },
    ],
  };
  return certify(
    {
      ...card,
      subject: names[purpose],
      extensions: [
        new x509.BasicConstraintsExtension(false),
        ...(purpose === 'login' ? loginExtensions(validity) : signingExtensions(validity, pkiUrl)),
        ...placesOf(authority.name, card.shard, pkiUrl),
      ],
    },
    authority,
  );
}

const LOGIN_POLICY = '1.2.826.0.1275.101.0.3.1.1';
const SIGNING_POLICY = '1.2.826.0.1275.102.0.3.2.0';
const SMARTCARD_LOGON = '1.3.6.1.4.1.311.20.2.2';

function loginExtensions({ from, until }: Validity): x509.Extension[] {
  return [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, false),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth, SMARTCARD_LOGON]),
    new x509.CertificatePolicyExtension([LOGIN_POLICY]),
    keyUsagePeriod(from, until),
  ];
}

function signingExtensions({ from, until }: Validity, pkiUrl: string): x509.Extension[] {
  const signsUntil = new Date(
    from.getTime() + Math.floor((until.getTime() - from.getTime()) * SIGNING_SHARE),
  );
  const statement = sequence(objectId('1.3.6.1.5.5.7.2.1'), ia5(`${pkiUrl}${PKI_PATHS.statement}`));
  const policies = sequence(sequence(objectId(SIGNING_POLICY), sequence(statement)));
  return [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.nonRepudiation, true),
    new x509.Extension('2.5.29.32', true, policies),
    keyUsagePeriod(from, signsUntil),
  ];
}

/** Until when the private key may be used. */
function keyUsagePeriod(from: Date, until: Date): x509.Extension {
  const period = sequence(generalizedTime(from, 0x80), generalizedTime(until, 0x81));
  return new x509.Extension('2.5.29.16', false, period);
}

/** Where to ask whether it still counts, and for the certificate of who made it. */
function placesOf(issuer: AuthorityName, shard: number, pkiUrl: string): x509.Extension[] {
  const url = (path: string): x509.GeneralName => new x509.GeneralName('url', `${pkiUrl}${path}`);
  return [
    new x509.CRLDistributionPointsExtension([`${pkiUrl}${PKI_PATHS.list(issuer, shard)}`]),
    new x509.AuthorityInfoAccessExtension({
      ocsp: [url(PKI_PATHS.ocsp)],
      caIssuers: [url(PKI_PATHS.certificate(issuer))],
    }),
  ];
}

async function certify(wanted: Wanted, issuer: Authority): Promise<Buffer> {
  const { subtle } = webcrypto;
  const publicKey = await subtle.importKey(
    'spki',
    new Uint8Array(wanted.publicKey),
    ALGORITHMS[wanted.keyType],
    true,
    ['verify'],
  );
  // The name and key of the issuer itself: written as text they would be encoded another way [IDENTITY 1].
  const own = issuer.certificate.length === 0;
  const parent = own ? null : new x509.X509Certificate(new Uint8Array(issuer.certificate));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: wanted.serial,
    subject: wanted.subject,
    issuer: parent?.subjectName ?? wanted.subject,
    notBefore: wanted.validity.from,
    notAfter: wanted.validity.until,
    signingAlgorithm: signatureOf(issuer.name),
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

export function signatureOf(name: AuthorityName): (typeof ALGORITHMS)[KeyType] {
  return ALGORITHMS[AUTHORITIES[name].keyType];
}

export function signingKeyOf({ name, privateKey }: Authority): Promise<webcrypto.CryptoKey> {
  const key = new Uint8Array(privateKey);
  return webcrypto.subtle.importKey('pkcs8', key, signatureOf(name), false, ['sign']);
}
