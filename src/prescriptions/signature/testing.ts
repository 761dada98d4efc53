import 'reflect-metadata';

import { createHash, generateKeyPairSync, sign, webcrypto } from 'node:crypto';

import * as x509 from '@peculiar/x509';

import { present } from '../../kernel/bug.ts';
import { parseXml } from '../../gateways/xml/parse-xml.ts';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm, signedInfo } from '../hl7v3/signed-info.ts';
import type { Element } from '../../gateways/xml/element.ts';
import { derPart, derParts, derSequence } from './der-parts.ts';
import { type ListStore, type OwnLists, revocationLists } from './fetch-lists.ts';
import { readTrust, type Trust } from './trust.ts';
import type { VerifyParts } from './verify.ts';

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const YEAR_MS = 365 * 86_400_000;

export type Keys = { readonly pem: string; readonly pair: webcrypto.CryptoKeyPair };
export type Issued = { readonly keys: Keys; readonly certificate: x509.X509Certificate };

export async function newKeys(): Promise<Keys> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  const { subtle } = webcrypto;
  return {
    pem: Buffer.from(privateKey).toString('base64'),
    pair: {
      privateKey: await subtle.importKey('pkcs8', privateKey, RSA, true, ['sign']),
      publicKey: await subtle.importKey('spki', publicKey, RSA, true, ['verify']),
    },
  };
}

export type Wanted = {
  readonly name: string;
  readonly keys: Keys;
  readonly issuer: Issued | null;
  readonly serial: string;
  readonly usage?: x509.KeyUsageFlags;
  readonly isAuthority?: boolean;
  readonly listAt?: string;
  readonly from?: Date;
  readonly to?: Date;
};

export async function issue(wanted: Wanted): Promise<Issued> {
  const { name, keys, issuer, serial, isAuthority = false, listAt } = wanted;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: name,
    issuer: issuer?.certificate.subjectName ?? name,
    notBefore: wanted.from ?? new Date(Date.UTC(2025, 0, 1)),
    notAfter: wanted.to ?? new Date(Date.UTC(2025, 0, 1) + 3 * YEAR_MS),
    signingAlgorithm: RSA,
    publicKey: keys.pair.publicKey,
    signingKey: (issuer?.keys ?? keys).pair.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      usagesOf(isAuthority, wanted.usage),
      ...(listAt === undefined ? [] : [new x509.CRLDistributionPointsExtension([listAt])]),
    ],
  });
  return { keys, certificate };
}

/** Signs certificates and revocation lists: bits 5 and 6 in DER, which no single flag says. */
const AUTHORITY_USAGES = Buffer.from('03020106', 'hex');

function usagesOf(isAuthority: boolean, usage?: x509.KeyUsageFlags): x509.Extension {
  if (isAuthority) return new x509.Extension('2.5.29.15', true, AUTHORITY_USAGES);
  return new x509.KeyUsagesExtension(usage ?? x509.KeyUsageFlags.nonRepudiation, true);
}

export function trustIn(...issued: readonly Issued[]): Trust {
  const pem = issued.map(({ certificate }) => certificate.toString('pem')).join('\n');
  return present(readTrust(pem), 'trust');
}

/** What is signed of a text that stands for the fragments of a prescription. */
export function infoOf(text: string): (algorithm: SignatureAlgorithm) => string {
  return (algorithm) => {
    const { hash } = SIGNATURE_ALGORITHMS[algorithm];
    return signedInfo(createHash(hash).update(text).digest('base64'), algorithm);
  };
}

/** The Signature XML of a SignedInfo, as a client makes it [EPS-SIGNATURE 4]. */
export function signatureXml(info: string, signer: Issued, hash = 'sha256'): string {
  const key = {
    key: Buffer.from(signer.keys.pem, 'base64'),
    format: 'der',
    type: 'pkcs8',
  } as const;
  const value = sign(hash, Buffer.from(info), key).toString('base64');
  const certificate = Buffer.from(signer.certificate.rawData).toString('base64');
  return [
    '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">',
    info.replace(/ xmlns="[^"]*"/, ''),
    `<SignatureValue>${value}</SignatureValue><KeyInfo><X509Data><X509Certificate>`,
    `${certificate}</X509Certificate></X509Data></KeyInfo></Signature>`,
  ].join('');
}

export function parsed(xml: string): Element | null {
  const element = parseXml(xml);
  return element.ok ? element.value : null;
}

/** A list that names serial number 0a, as revoked since ever; `signer`: somebody else may have signed it. */
export async function listOf(
  authority: Issued,
  { from, until, signer = authority }: { from: Date; until: Date; signer?: Issued },
): Promise<Buffer> {
  const made = await x509.X509CrlGenerator.create({
    issuer: authority.certificate.subjectName,
    thisUpdate: from,
    nextUpdate: until,
    signingAlgorithm: RSA,
    signingKey: signer.keys.pair.privateKey,
    entries: [{ serialNumber: '0a', revocationDate: new Date(0) }],
  });
  return Buffer.from(made.rawData);
}

/** A list that names at least one, with so many serial numbers more, from 10000000 (hexadecimal) on, signed anew. */
export function lengthened(list: Buffer, { keys }: Issued, count: number): Buffer {
  const [tbs, algorithm] = derParts(list, derPart(list, 0));
  const parts = derParts(list, present(tbs, 'what is signed'));
  const entries = parts.findLastIndex(({ tag }) => tag === UTC_TIME) + 1;
  const more = Buffer.alloc(ENTRY.length * count);
  for (let n = 0; n < count; n += 1) {
    ENTRY.copy(more, n * ENTRY.length);
    more.writeUInt32BE(0x10000000 + n, n * ENTRY.length + SERIAL_AT);
  }
  const signed = derSequence(
    ...parts.map(({ start, content, end }, place) =>
      place === entries
        ? derSequence(list.subarray(content, end), more)
        : list.subarray(start, end),
    ),
  );
  const key = { key: Buffer.from(keys.pem, 'base64'), format: 'der', type: 'pkcs8' } as const;
  const value = Buffer.concat([BIT_STRING_2048, sign('sha256', signed, key)]);
  const { start, end } = present(algorithm, 'algorithm');
  return derSequence(signed, list.subarray(start, end), value);
}

const UTC_TIME = 0x17;
/** Serial number 10000000, revoked on 1 January 2025. */
const ENTRY = Buffer.from('3015020410000000170d3235303130313030303030305a', 'hex');
const SERIAL_AT = 4;
const BIT_STRING_2048 = Buffer.from('0382010100', 'hex');

/** Believes these authorities; their lists are fetched from where the certificates say, and kept nowhere else. */
export function believingIn(...issued: readonly Issued[]): VerifyParts {
  const trust = trustIn(...issued);
  const authorities = [...trust.anchors, ...trust.authorities];
  return { trust, lists: revocationLists({ store: NOWHERE, authorities, own: NO_OWN_LISTS }) };
}

/** Of an installation that issues no certificates. */
export const NO_OWN_LISTS: OwnLists = {
  all: () => Promise.resolve([]),
  read: () => Promise.resolve(null),
};

const NOWHERE: ListStore = {
  all: () => Promise.resolve([]),
  bytesOf: () => Promise.resolve(null),
  want: (_, at) => Promise.resolve(at),
  keep: () => Promise.resolve(),
};
