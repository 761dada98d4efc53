import 'reflect-metadata';

import { X509Certificate, X509Crl, X509CrlReason } from '@peculiar/x509';

import { type Certificate, plainSerial } from './certificate.ts';

/** A revocation list whose signature was checked. */
export type RevocationList = {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** By serial number. */
  readonly revoked: ReadonlyMap<string, { readonly at: Date; readonly isAlways: boolean }>;
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
    const list = new X509Crl(new Uint8Array(bytes));
    const { thisUpdate, nextUpdate } = list;
    const issuer = new X509Certificate(new Uint8Array(authority.x509.raw));
    const isSigned =
      authority.signsLists &&
      list.issuer === issuer.subject &&
      (await list.verify({ publicKey: issuer }));
    if (!isSigned || nextUpdate === undefined || !isWholeListOf(list, uri)) return null;
    const revoked = list.entries.map(
      ({ serialNumber, revocationDate, reason }) =>
        [plainSerial(serialNumber), { at: revocationDate, isAlways: ALWAYS.has(reason) }] as const,
    );
    return { thisUpdate, nextUpdate, revoked: new Map(revoked) };
  } catch {
    return null;
  }
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
  const entry = list.revoked.get(serial);
  return entry !== undefined && (entry.isAlways || at >= entry.at);
}
