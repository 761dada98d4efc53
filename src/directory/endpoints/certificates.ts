import 'reflect-metadata';

import { createHash, webcrypto } from 'node:crypto';

import * as x509 from '@peculiar/x509';

import type { EndpointKey } from './repository.ts';

/** A curve that every TLS 1.2 of the last ten years knows, and the cheapest there is. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export type Validity = { readonly from: Date; readonly until: Date };

const AUTHORITY_YEARS = 20;
const ENDPOINT_YEARS = 2;
const EARLIER_MS = 30 * 60_000; // so that a clock that is behind takes it too

/** Two years, from a little before. */
export function endpointValidity(at: Date): Validity {
  return { from: new Date(at.getTime() - EARLIER_MS), until: yearsLater(at, ENDPOINT_YEARS) };
}

/** A positive number of 128 bits, in hexadecimal. */
export function newSerial(random: Buffer): string {
  const first = ((random[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.concat([Buffer.of(first), random.subarray(1)]).toString('hex');
}

export function fingerprintOf(certificate: Buffer): Buffer {
  return createHash('sha256').update(certificate).digest();
}

/** What certifies the endpoints of one installation. */
export async function makeAuthority(serial: string, at: Date): Promise<EndpointKey> {
  const { subtle } = webcrypto;
  const keys = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial,
    // The number tells the authorities of several installations apart.
    name: [
      { O: ['openspine'] },
      { OU: ['endpoints'] },
      { CN: [`Endpoint CA ${serial.slice(0, 8)}`] },
    ],
    notBefore: new Date(at.getTime() - EARLIER_MS),
    notAfter: yearsLater(at, AUTHORITY_YEARS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return kept(certificate, keys.privateKey);
}

/** A message handler is client and server in turn. */
const BOTH_ENDS = new x509.ExtendedKeyUsageExtension([
  x509.ExtendedKeyUsage.clientAuth,
  x509.ExtendedKeyUsage.serverAuth,
]);

/** What an installation shows to those who call it by one of these names or addresses, and to those whom it calls. */
export function certifyListener(
  authority: EndpointKey,
  names: readonly string[],
  { serial, validity }: { readonly serial: string; readonly validity: Validity },
): Promise<EndpointKey> {
  const [first = 'openspine'] = names;
  return certify(authority, { subject: first, serial, validity }, [
    BOTH_ENDS,
    new x509.SubjectAlternativeNameExtension(
      names.map((value) => ({ type: isAddress(value) ? 'ip' : 'dns', value })),
    ),
  ]);
}

/** For the message handler of a party. */
export function certifyParty(
  authority: EndpointKey,
  partyKey: string,
  { serial, validity }: { readonly serial: string; readonly validity: Validity },
): Promise<EndpointKey> {
  return certify(authority, { subject: partyKey, serial, validity }, [BOTH_ENDS]);
}

async function certify(
  authority: EndpointKey,
  wanted: { readonly subject: string; readonly serial: string; readonly validity: Validity },
  usage: readonly x509.Extension[],
): Promise<EndpointKey> {
  const { subtle } = webcrypto;
  const keys = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const issuer = new x509.X509Certificate(new Uint8Array(authority.certificate));
  const key = new Uint8Array(authority.privateKey);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: wanted.serial,
    subject: [{ O: ['openspine'] }, { OU: ['endpoints'] }, { CN: [wanted.subject] }],
    issuer: issuer.subjectName,
    notBefore: wanted.validity.from,
    notAfter: wanted.validity.until,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await subtle.importKey('pkcs8', key, ALGORITHM, false, ['sign']),
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...usage,
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return kept(certificate, keys.privateKey);
}

async function kept(
  certificate: x509.X509Certificate,
  key: webcrypto.CryptoKey,
): Promise<EndpointKey> {
  const privateKey = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return { certificate: Buffer.from(certificate.rawData), privateKey };
}

function isAddress(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text) || text.includes(':');
}

function yearsLater(at: Date, years: number): Date {
  const later = new Date(at);
  later.setUTCFullYear(later.getUTCFullYear() + years);
  return later;
}

/** PEM, as files hold it. */
export function pemOf(label: 'CERTIFICATE' | 'PRIVATE KEY', der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
