import { type Certificate, isIssuedBy, isValidAt, readCertificate } from './certificate.ts';

/** The authorities whose certificates count. */
export type Trust = {
  /** Signed by themselves. */
  readonly anchors: readonly Certificate[];
  readonly authorities: readonly Certificate[];
};

const PEM = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g;

/** Reads certificates in PEM: those signed by themselves are anchors, the others stand between. Null when one cannot be read. */
export function readTrust(pem: string): Trust | null {
  const read = [...pem.matchAll(PEM)].map(([, text = '']) =>
    readCertificate(Buffer.from(text, 'base64')),
  );
  const certificates = read.filter((certificate) => certificate !== null);
  if (certificates.length < read.length) return null;
  const isAnchor = (certificate: Certificate): boolean => isIssuedBy(certificate, certificate);
  return {
    anchors: certificates.filter(isAnchor),
    authorities: certificates.filter((certificate) => !isAnchor(certificate)),
  };
}

/**
 * The authorities from a signer's certificate up to an anchor, the nearest first; null when there is
 * no such path, or an authority on it was not valid then. Several certificates of one authority
 * (renewed ones) are each tried.
 */
export function pathOf(trust: Trust, signer: Certificate, at: Date): readonly Certificate[] | null {
  return pathFrom(trust, signer, at, []);
}

function pathFrom(
  trust: Trust,
  certificate: Certificate,
  at: Date,
  below: readonly Certificate[],
): readonly Certificate[] | null {
  const isNext = (issuer: Certificate): boolean =>
    isValidAt(issuer, at) &&
    (issuer.pathLength === null || issuer.pathLength >= below.length) &&
    isIssuedBy(certificate, issuer);
  const anchor = trust.anchors.find(isNext);
  if (anchor !== undefined) return [...below, anchor];
  for (const issuer of trust.authorities) {
    if (below.includes(issuer) || !isNext(issuer)) continue;
    const path = pathFrom(trust, issuer, at, [...below, issuer]);
    if (path !== null) return path;
  }
  return null;
}
