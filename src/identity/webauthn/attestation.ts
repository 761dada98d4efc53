import { X509Certificate } from 'node:crypto';

/** The certificates of makers of security keys that are trusted here, as a file names them. */
export function parseRoots(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/**
 * Whether the chain that a key brought ends at a maker who is trusted here. The signature of the key's own statement is
 * checked by whoever calls this; here it is only who made it.
 */
export function isVouchedFor(
  chain: readonly Uint8Array[],
  roots: readonly X509Certificate[],
  at: Date,
): boolean {
  const certificates = chain.map((der) => new X509Certificate(der));
  if (certificates.length === 0 || !certificates.every((one) => holdsAt(one, at))) return false;
  const isChain = certificates.every((one, place) => {
    const issuer = certificates[place + 1];
    return issuer === undefined || isIssuedBy(one, issuer);
  });
  const last = certificates.at(-1);
  if (!isChain || last === undefined) return false;
  return roots.some((root) => root.raw.equals(last.raw) || isIssuedBy(last, root));
}

function isIssuedBy(one: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && one.checkIssued(issuer) && one.verify(issuer.publicKey);
}

function holdsAt({ validFromDate, validToDate }: X509Certificate, at: Date): boolean {
  return validFromDate <= at && at < validToDate;
}
