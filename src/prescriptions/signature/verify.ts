import { verify as verifyRsa } from 'node:crypto';

import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '../hl7v3/signed-info.ts';
import type { Element } from '../../gateways/xml/element.ts';
import { type Certificate, isValidAt, readCertificate } from './certificate.ts';
import type { RevocationLists } from './fetch-lists.ts';
import { FINDINGS, type Finding, type SignatureCheck } from './finding.ts';
import { type ReadSignature, readSignature } from './read-signature.ts';
import { isRevoked } from './revocation-list.ts';
import { pathOf, type Trust } from './trust.ts';

/** A signature, and what it has to be a signature of. */
export type Signed = {
  readonly signature: Element | null;
  /** The SignedInfo recomputed from the prescription. */
  readonly expectedSignedInfo: (algorithm: SignatureAlgorithm) => string;
  /** Author time: the reference for validity and revocation, not the present. */
  readonly at: Date;
  /** Who should have signed, as far as the prescription tells. */
  readonly prescriber: { readonly userId: string | null; readonly family: string | null };
  readonly isSha1Allowed: boolean;
};

export type VerifyParts = {
  readonly trust: Trust;
  readonly lists: RevocationLists;
};

/** All checks of a prescription's signature, in their order; `now` only judges how old a revocation list is [EPS-SIGNATURE 5]. */
export function verifySignature(parts: VerifyParts, signed: Signed, now: Date): SignatureCheck {
  const read = readSignature(signed.signature);
  if (!read.ok) return stopped(read.error);
  const certificate = readCertificate(read.value.certificate);
  if (certificate === null || !isRsa(certificate)) return stopped('CertificateInvalid');
  const path = pathOf(parts.trust, certificate, signed.at);
  const revocation = revocationOf(parts.lists, [certificate, ...(path ?? [])], signed.at, now);
  const found: ReadonlySet<Finding> = new Set([
    ...signatureFindings(read.value, certificate, signed),
    ...revocation.findings,
    ...(isValidAt(certificate, signed.at) ? [] : (['CertificateExpired'] as const)),
    ...(path === null ? (['CertificateNotTrusted'] as const) : []),
    ...(certificate.commitsToContent ? [] : (['KeyNotForSigning'] as const)),
    ...(isOf(certificate, signed.prescriber) ? [] : (['OtherPerson'] as const)),
  ]);
  return { findings: inOrder(found), unlisted: revocation.unlisted };
}

function stopped(finding: Finding): SignatureCheck {
  return { findings: [finding], unlisted: [] };
}

function inOrder(found: ReadonlySet<Finding>): Finding[] {
  const all: readonly string[] = Object.keys(FINDINGS);
  return [...found].toSorted((one, other) => all.indexOf(one) - all.indexOf(other));
}

const RSA_MIN_BITS = 1024; // cards of the years before 2024 have no more [IDENTITY 1.4]

function isRsa({ publicKey }: Certificate): boolean {
  const { asymmetricKeyType, asymmetricKeyDetails } = publicKey;
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_MIN_BITS;
}

/** The method that the signature names decides nothing: only the two of the contract are ever tried. */
function signatureFindings(
  { signedInfo, algorithm, value }: ReadSignature,
  { publicKey }: Certificate,
  { expectedSignedInfo, isSha1Allowed }: Signed,
): Finding[] {
  if (algorithm === null) return ['SignatureInvalid', 'OtherPrescription', 'AlgorithmNotAllowed'];
  const { hash } = SIGNATURE_ALGORITHMS[algorithm];
  const isGood = verifyRsa(hash, Buffer.from(signedInfo), publicKey, value);
  return [
    ...(isGood ? [] : (['SignatureInvalid'] as const)),
    ...(signedInfo === expectedSignedInfo(algorithm) ? [] : (['OtherPrescription'] as const)),
    ...(algorithm === 'RS1' && !isSha1Allowed ? (['AlgorithmNotAllowed'] as const) : []),
  ];
}

const GRACE_MS = 86_400_000; // a list that cannot be had is done without for a day [RELIABILITY F25]

/** `path`: the signer's certificate, then the authorities; that of the anchor is trusted by being named. */
function revocationOf(
  lists: RevocationLists,
  path: readonly Certificate[],
  at: Date,
  now: Date,
): { findings: Finding[]; unlisted: string[] } {
  const findings: Finding[] = [];
  const unlisted: string[] = [];
  for (const [place, certificate] of path.slice(0, -1).entries()) {
    const authority = path[place + 1];
    if (authority === undefined) continue;
    for (const uri of certificate.listUris) {
      const known = lists.known(uri, authority, now);
      if (known.list !== null && isRevoked(known.list, certificate, at)) {
        findings.push(place === 0 ? 'CertificateRevoked' : 'CaCertificateRevoked');
      }
      if (known.missingSince === null) continue;
      unlisted.push(uri);
      if (now.getTime() - known.missingSince.getTime() > GRACE_MS)
        findings.push('RevocationUnknown');
    }
  }
  return { findings, unlisted };
}

/** The subject is named `<user id>_<given name>_<family name>` [IDENTITY 1.4]; a prescription without user id tells the family name. */
function isOf({ x509 }: Certificate, { userId, family }: Signed['prescriber']): boolean {
  const [, name = ''] = /^CN=(.*)$/m.exec(x509.subject) ?? [];
  const [id = '', ...names] = name.split('_');
  if (userId !== null) return id === userId;
  return family === null || plain(names.join('')).endsWith(plain(family));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}]/gu, '');
}
