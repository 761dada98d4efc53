import 'reflect-metadata';

import { webcrypto } from 'node:crypto';

import * as x509 from '@peculiar/x509';

import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { AUTHORITY_KEY } from './issue.ts';

/** An authority that signs lists: its certificate and its private key in PEM. */
export type ListIssuer = { readonly certificate: string; readonly privateKey: string };

/** Why a certificate is revoked [IDENTITY 1.4]. */
export const REASONS = {
  unspecified: x509.X509CrlReason.unspecified,
  keyCompromise: x509.X509CrlReason.keyCompromise,
  affiliationChanged: x509.X509CrlReason.affiliationChanged,
  superseded: x509.X509CrlReason.superseded,
  cessationOfOperation: x509.X509CrlReason.cessationOfOperation,
} as const;
export type Reason = keyof typeof REASONS;

export type Revoked = { readonly serial: string; readonly reason: Reason; readonly at: Date };

const PATH = '/_local/crl/';
// A certificate names one place for its whole life; this is where a datacentre listens if nothing else is said.
const POINTS = `http://127.0.0.1:4400${PATH}`;

/** Which authority's list it is: a certificate's serial number says in which part of it the certificate would stand. */
export const LISTS = {
  'root.crl': { issuer: 'root', names: (serial: number) => serial < FIRST_PERSON },
  'signing_c1.crl': { issuer: 'signing', names: (serial: number) => partOf(serial) === 1 },
  'signing_c2.crl': { issuer: 'signing', names: (serial: number) => partOf(serial) === 2 },
} as const;
export type ListName = keyof typeof LISTS;
export const LIST_NAMES: readonly ListName[] = ['root.crl', 'signing_c1.crl', 'signing_c2.crl'];

export const FIRST_PERSON = 16; // serial numbers below are of authorities
const PER_PART = 2; // certificates; small, so that a test installation has several parts [IDENTITY 1.4]

function partOf(serial: number): number {
  return serial < FIRST_PERSON ? 0 : (Math.floor((serial - FIRST_PERSON) / PER_PART) % 2) + 1;
}

export function listPath(name: ListName): string {
  return `${PATH}${name}`;
}

/** The distribution point of a list, as certificates name it. */
export function pointOf(name: ListName): string {
  return `${POINTS}${name}`;
}

/** The distribution point of a person's certificate. */
export function pointFor(serial: number): string {
  return pointOf(partOf(serial) === 1 ? 'signing_c1.crl' : 'signing_c2.crl');
}

/** Where a distribution point is to be asked for: those of the test authorities at this process, wherever it listens. */
export function addressAt(url: string): (uri: string) => string {
  return (uri) => (uri.startsWith(POINTS) ? `${url}${PATH}${uri.slice(POINTS.length)}` : uri);
}

const COUNTS_DAYS = 7;
const DAY_MS = 86_400_000;

/** The list as it is now, signed, in DER. */
export async function makeList(
  name: ListName,
  issuer: ListIssuer,
  revoked: readonly Revoked[],
  now: Date,
): Promise<Buffer> {
  const authority = new x509.X509Certificate(issuer.certificate);
  const { names } = LISTS[name];
  const list = await x509.X509CrlGenerator.create({
    issuer: authority.subjectName,
    thisUpdate: now,
    nextUpdate: new Date(now.getTime() + COUNTS_DAYS * DAY_MS),
    signingAlgorithm: AUTHORITY_KEY,
    signingKey: await signingKey(issuer.privateKey),
    entries: revoked
      .filter(({ serial }) => names(Number.parseInt(serial, 16)))
      .map(({ serial, reason, at }) => ({
        serialNumber: serial,
        reason: REASONS[reason],
        revocationDate: at,
      })),
    extensions: [
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      new x509.Extension('2.5.29.20', false, integer(now.getTime())), // its number
      new x509.Extension('2.5.29.28', true, issuingPoint(pointOf(name))),
    ],
  });
  return Buffer.from(list.rawData);
}

function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, AUTHORITY_KEY, false, ['sign']);
}

/** A whole number above nought, in DER. */
function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  const isHigh = (bytes[0] ?? 0) >= 0x80; // would read as below nought
  return tagged(0x02, isHigh ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** Of which distribution point a list is, in DER. */
function issuingPoint(uri: string): Buffer {
  return tagged(0x30, tagged(0xa0, tagged(0xa0, tagged(0x86, Buffer.from(uri)))));
}

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}

export async function revokedCertificates(database: Database): Promise<Revoked[]> {
  return database.all<Revoked>(sql`
    select serial, reason, revoked_at as at from local.revocation order by revoked_at, serial`);
}

/** The first word stands: a revoked certificate is not revoked again. */
export async function revoke(database: Database, revoked: Revoked): Promise<void> {
  const { serial, reason, at } = revoked;
  await database.all(sql`
    insert into local.revocation (serial, reason, revoked_at) values (${serial}, ${reason}, ${at})
    on conflict (serial) do nothing`);
}
