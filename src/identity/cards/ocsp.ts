import { createHash, X509Certificate } from 'node:crypto';

import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';

import { ALGORITHMS, signingKeyOf } from '../../platform/certificates.ts';
import type { Authority } from './authority.ts';
import { issuerOf } from './certificates.ts';

/** Of one certificate: nobody has revoked it, somebody has, or we never made it. */
export type CertificateStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'revoked'; readonly at: Date; readonly reason: number }
  | { readonly kind: 'unknown' };

/** What a request asks: the status of certificates of one authority. */
export type Asked = {
  readonly authority: Authority;
  readonly certificates: readonly { readonly id: pkijs.CertID; readonly serial: string }[];
  readonly nonce: pkijs.Extension | null;
};

const NONCE = '1.3.6.1.5.5.7.48.1.2';
const REQUESTS_MAX = 20;
const REQUEST_MAX_BYTES = 16_384; // twenty need a quarter of it; the reader walks deep nesting slowly

/** Answers that nobody signs (RFC 6960 2.3). */
export const OCSP_MALFORMED = unsigned(1);
export const OCSP_UNAUTHORIZED = unsigned(6);

/** Reads a request; null when it is none. */
export function readRequest(der: Buffer): pkijs.OCSPRequest | null {
  if (der.length > REQUEST_MAX_BYTES) return null;
  try {
    return pkijs.OCSPRequest.fromBER(new Uint8Array(der));
  } catch {
    return null;
  }
}

/** Null when not all that is asked are certificates of one of these authorities. */
export function askedOf(
  { tbsRequest }: pkijs.OCSPRequest,
  authorities: readonly Authority[],
): Asked | null {
  const ids = tbsRequest.requestList.map(({ reqCert }) => reqCert);
  const [first] = ids;
  const authority = authorities.find((one) => first !== undefined && isIssuer(one, first));
  if (authority === undefined || ids.length > REQUESTS_MAX) return null;
  if (!ids.every((id) => isIssuer(authority, id))) return null;
  const nonce = tbsRequest.requestExtensions?.find(({ extnID }) => extnID === NONCE) ?? null;
  return {
    authority,
    nonce,
    certificates: ids.map((id) => ({
      id,
      serial: hexOf(id.serialNumber.valueBlock.valueHexView),
    })),
  };
}

const HASHES: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
};

/** It names an issuer by the hashes of its name and of its key. */
function isIssuer({ certificate }: Authority, id: pkijs.CertID): boolean {
  const hash = HASHES[id.hashAlgorithm.algorithmId];
  if (hash === undefined) return false;
  const parsed = pkijs.Certificate.fromBER(new Uint8Array(certificate));
  const name = Buffer.from(parsed.subject.toSchema().toBER());
  const key = Buffer.from(parsed.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView);
  const isSame = (bytes: Buffer, of: asn1js.OctetString): boolean =>
    createHash(hash).update(bytes).digest().equals(Buffer.from(of.valueBlock.valueHexView));
  return isSame(name, id.issuerNameHash) && isSame(key, id.issuerKeyHash);
}

const COUNTS_MS = 3_600_000; // for an hour, so that a check outlives the loss of the responder

/** An answer signed by the authority itself. */
export async function makeAnswer(
  { authority, certificates, nonce }: Asked,
  statuses: readonly CertificateStatus[],
  now: Date,
): Promise<Buffer> {
  const basic = new pkijs.BasicOCSPResponse();
  const { tbsResponseData } = basic;
  const issuer = pkijs.Certificate.fromBER(new Uint8Array(authority.certificate));
  tbsResponseData.responderID = issuer.subject;
  tbsResponseData.producedAt = now;
  tbsResponseData.responses = certificates.map(({ id }, index) => {
    const single = new pkijs.SingleResponse({ certID: id });
    single.certStatus = statusOf(statuses[index] ?? { kind: 'unknown' });
    single.thisUpdate = now;
    single.nextUpdate = new Date(now.getTime() + COUNTS_MS);
    return single;
  });
  if (nonce !== null) tbsResponseData.responseExtensions = [nonce];
  const own = issuerOf(authority);
  await basic.sign(await signingKeyOf(own), ALGORITHMS[own.keyType].hash);
  const answer = new pkijs.OCSPResponse();
  answer.responseStatus.valueBlock.valueDec = 0; // successful
  answer.responseBytes = new pkijs.ResponseBytes({
    responseType: pkijs.id_PKIX_OCSP_Basic,
    response: new asn1js.OctetString({ valueHex: basic.toSchema().toBER() }),
  });
  return Buffer.from(answer.toSchema().toBER());
}

function statusOf(status: CertificateStatus): asn1js.BaseBlock {
  const tag = (tagNumber: number) => ({ tagClass: 3, tagNumber });
  if (status.kind === 'good') return new asn1js.Primitive({ idBlock: tag(0) });
  if (status.kind === 'unknown') return new asn1js.Primitive({ idBlock: tag(2) });
  return new asn1js.Constructed({
    idBlock: tag(1),
    value: [
      new asn1js.GeneralizedTime({ valueDate: status.at }),
      new asn1js.Constructed({
        idBlock: tag(0),
        value: [new asn1js.Enumerated({ value: status.reason })],
      }),
    ],
  });
}

function unsigned(status: number): Buffer {
  const answer = new pkijs.OCSPResponse();
  answer.responseStatus.valueBlock.valueDec = status;
  return Buffer.from(answer.toSchema().toBER());
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^0+(?=.)/, '');
}

/** The serial number of a certificate as the database keeps it. */
export function serialOf(certificate: Buffer): string {
  return new X509Certificate(certificate).serialNumber.toLowerCase().replace(/^0+(?=.)/, '');
}
