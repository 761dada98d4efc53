import 'reflect-metadata';

import { constants, verify } from 'node:crypto';
import { promisify } from 'node:util';

import { PemConverter, X509Certificate, X509Crl, X509CrlReason } from '@peculiar/x509';

import type { Certificate } from './certificate.ts';
import { derPart, type DerPart, derParts, derSequence, SEQUENCE } from './der-parts.ts';
import { type RevokedEntries, revokedEntries } from './revoked-entries.ts';

/** A revocation list whose signature was checked. */
export type RevocationList = {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked: RevokedEntries;
};

/** The key was in other hands: whatever it signed, and whenever, proves nothing [EPS-SIGNATURE 5]. */
const ALWAYS: ReadonlySet<X509CrlReason | undefined> = new Set([
  X509CrlReason.keyCompromise,
  X509CrlReason.cACompromise,
  X509CrlReason.aACompromise,
]);

/** Reads a list in DER or PEM; null unless this authority has signed it for this distribution point and it says until when it counts. */
export async function readRevocationList(
  bytes: Uint8Array,
  authority: Certificate,
  uri: string,
): Promise<RevocationList | null> {
  try {
    const der = derOf(bytes);
    const { signed, entries, rest } = partsOf(der);
    const list = new X509Crl(new Uint8Array(rest));
    const { thisUpdate, nextUpdate } = list;
    const issuer = new X509Certificate(new Uint8Array(authority.x509.raw));
    const isSigned =
      authority.signsLists &&
      list.issuer === issuer.subject &&
      (await isSignedBy(authority, list, signed));
    if (!isSigned || nextUpdate === undefined || !isWholeListOf(list, uri)) return null;
    return { thisUpdate, nextUpdate, revoked: await revokedEntries(der, entries) };
  } catch {
    return null;
  }
}

function derOf(bytes: Uint8Array): Buffer {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (given[0] === SEQUENCE) return given;
  return Buffer.from(PemConverter.decodeFirst(given.toString('latin1')));
}

type Parts = {
  readonly signed: Buffer;
  readonly entries: DerPart | null;
  /** The list without its entries, for a reader that takes each of them apart. */
  readonly rest: Buffer;
};

const TIMES: readonly number[] = [0x17, 0x18];

/** The entries are the sequence behind the times [RFC5280 5.1]. */
function partsOf(der: Buffer): Parts {
  const [tbs, ...behind] = derParts(der, derPart(der, 0));
  if (tbs === undefined) throw new RangeError('a revocation list is empty');
  const parts = derParts(der, tbs);
  const place = parts.findLastIndex(({ tag }) => TIMES.includes(tag)) + 1;
  const entries = parts[place]?.tag === SEQUENCE ? (parts[place] ?? null) : null;
  const of = ({ start, end }: DerPart): Buffer => der.subarray(start, end);
  const others = parts.filter((part) => part !== entries);
  return {
    signed: of(tbs),
    entries,
    rest: derSequence(derSequence(...others.map(of)), ...behind.map(of)),
  };
}

const verified = promisify(verify);

/** Beside the messages, however long the list is. */
function isSignedBy({ x509 }: Certificate, list: X509Crl, signed: Buffer): Promise<boolean> {
  const algorithm: object = list.signatureAlgorithm;
  if (!isHashed(algorithm)) return Promise.resolve(false);
  const isPss = algorithm.name === 'RSA-PSS';
  const padding = isPss ? { padding: constants.RSA_PKCS1_PSS_PADDING } : {};
  const key = { key: x509.publicKey, ...padding };
  return verified(algorithm.hash.name, signed, key, Buffer.from(list.signature));
}

type Hashed = { readonly name: string; readonly hash: { readonly name: string } };

/** As all but those that choose their digest themselves. */
function isHashed(algorithm: object): algorithm is Hashed {
  return 'name' in algorithm && 'hash' in algorithm;
}

const ISSUING_DISTRIBUTION_POINT = '2.5.29.28';
const URI_TAG = 0x86; // of a general name

/**
 * Lists are partitioned [IDENTITY 1.4]: another part, signed by the same authority, does not name the
 * card that is revoked in this one. A list that names a distribution point counts for that one only; one with
 * another critical extension (of changes since the last, say) is not the whole list.
 */
function isWholeListOf({ extensions }: X509Crl, uri: string): boolean {
  const named = Buffer.concat([Buffer.from([URI_TAG, uri.length]), Buffer.from(uri)]);
  return extensions
    .filter(({ critical }) => critical)
    .every(
      ({ type, value }) =>
        type === ISSUING_DISTRIBUTION_POINT && Buffer.from(value).includes(named),
    );
}

/** Whether the list makes what the certificate signed at that time worth nothing. */
export function isRevoked(list: RevocationList, { serial }: Certificate, at: Date): boolean {
  const entry = list.revoked(serial);
  return entry !== null && (ALWAYS.has(entry.reason) || at >= entry.revocationDate);
}
