import 'reflect-metadata';
import { type KeyObject, X509Certificate } from 'node:crypto';

import {
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as Asn1Certificate,
} from '@peculiar/x509';

/** A certificate with what the checks of a signature ask of it. */
export type Certificate = {
  readonly x509: X509Certificate;
  readonly publicKey: KeyObject;
  /** Hexadecimal, lower case, without leading zeros. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isCa: boolean;
  /** How many certificates of authorities may stand under this one; null: any number. */
  readonly pathLength: number | null;
  readonly signsCertificates: boolean;
  readonly signsLists: boolean;
  /** Key usage content commitment, once called non-repudiation. */
  readonly commitsToContent: boolean;
  /** Where its revocation list is, http only. */
  readonly listUris: readonly string[];
};

const KEPT_MAX = 1_000; // certificates; each prescriber sends many prescriptions, and reading one costs a millisecond
const kept = new Map<string, Certificate | null>();

/** Reads DER; null when it is no certificate, or not in its one canonical form. The same bytes give the same object. */
export function readCertificate(der: Buffer): Certificate | null {
  const key = der.toString('latin1');
  const known = kept.get(key);
  if (known !== undefined) return known;
  const [oldest] = kept.size < KEPT_MAX ? [] : kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
  const certificate = parse(der);
  kept.set(key, certificate);
  return certificate;
}

function parse(der: Buffer): Certificate | null {
  try {
    const x509 = new X509Certificate(der);
    // Bytes that OpenSSL passes over are bytes that nobody has signed.
    return x509.raw.equals(der) ? partsOf(x509, new Asn1Certificate(new Uint8Array(der))) : null;
  } catch {
    return null;
  }
}

function partsOf(x509: X509Certificate, parsed: Asn1Certificate): Certificate {
  const usages = parsed.getExtension(KeyUsagesExtension)?.usages ?? 0;
  const constraints = parsed.getExtension(BasicConstraintsExtension);
  return {
    x509,
    publicKey: x509.publicKey, // throws when it is no key
    serial: plainSerial(parsed.serialNumber),
    notBefore: parsed.notBefore,
    notAfter: parsed.notAfter,
    isCa: constraints?.ca ?? false,
    pathLength: constraints?.pathLength ?? null,
    signsCertificates: (usages & KeyUsageFlags.keyCertSign) !== 0,
    signsLists: (usages & KeyUsageFlags.cRLSign) !== 0,
    commitsToContent: (usages & KeyUsageFlags.nonRepudiation) !== 0,
    listUris: listUris(parsed),
  };
}

/** Serial numbers are compared as text. */
export function plainSerial(hex: string): string {
  return hex.toLowerCase().replace(/^0+(?=.)/, '');
}

function listUris(parsed: Asn1Certificate): string[] {
  const points = parsed.getExtension(CRLDistributionPointsExtension)?.distributionPoints ?? [];
  return points
    .flatMap(({ distributionPoint }) => distributionPoint?.fullName ?? [])
    .flatMap(({ uniformResourceIdentifier: uri }) => uri ?? [])
    .filter((uri) => uri.startsWith('http://') || uri.startsWith('https://'));
}

const proven = new WeakMap<Certificate, WeakMap<Certificate, boolean>>();

/** `issuer` has made `certificate`: by its names and usages, and by its signature, which is proved once. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  const issuers = proven.get(certificate) ?? new WeakMap<Certificate, boolean>();
  const isIssued = issuers.get(issuer) ?? prove(certificate, issuer);
  proven.set(certificate, issuers.set(issuer, isIssued));
  return isIssued;
}

function prove({ x509 }: Certificate, issuer: Certificate): boolean {
  return (
    issuer.isCa &&
    issuer.signsCertificates &&
    x509.checkIssued(issuer.x509) &&
    x509.verify(issuer.publicKey)
  );
}

/** Strictly inside its validity [EPS-SIGNATURE 5]. */
export function isValidAt({ notBefore, notAfter }: Certificate, at: Date): boolean {
  return notBefore < at && at < notAfter;
}
