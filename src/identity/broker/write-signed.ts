import { createHash, X509Certificate } from 'node:crypto';

import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';

import type { Digest } from './cms.ts';

export type Signing = {
  readonly content: Buffer;
  /** DER. */
  readonly certificate: Buffer;
  readonly digest: Digest;
  /** Old cards sign the content itself; others sign attributes that hold its digest. */
  readonly hasAttributes: boolean;
  /** PKCS #1 or ECDSA over the digest of these bytes, as a card does it. */
  readonly sign: (bytes: Buffer) => Buffer | Promise<Buffer>;
};

const DIGEST_IDS: Readonly<Record<Digest, string>> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
};
const ECDSA_IDS: Readonly<Record<Digest, string>> = {
  sha1: '1.2.840.10045.4.1',
  sha256: '1.2.840.10045.4.3.2',
};
const RSA_ID = '1.2.840.113549.1.1.1';

/** CMS SignedData in DER: version 1, one certificate, one signer [IDENTITY 2.2]. */
export async function writeSigned(signing: Signing): Promise<Buffer> {
  const { content, digest, sign } = signing;
  const certificate = pkijs.Certificate.fromBER(new Uint8Array(signing.certificate));
  const attributes = signing.hasAttributes ? attributesOf(content, digest) : null;
  const signature = await sign(attributes === null ? content : setOf(attributes));
  const digestAlgorithm = algorithm(DIGEST_IDS[digest], true);
  const isRsa = new X509Certificate(signing.certificate).publicKey.asymmetricKeyType === 'rsa';
  const signer = new pkijs.SignerInfo({
    version: 1,
    sid: new pkijs.IssuerAndSerialNumber({
      issuer: certificate.issuer,
      serialNumber: certificate.serialNumber,
    }),
    digestAlgorithm,
    signatureAlgorithm: isRsa ? algorithm(RSA_ID, true) : algorithm(ECDSA_IDS[digest], false),
    signature: new asn1js.OctetString({ valueHex: new Uint8Array(signature) }),
    ...(attributes === null
      ? {}
      : { signedAttrs: new pkijs.SignedAndUnsignedAttributes({ type: 0, attributes }) }),
  });
  const data = new pkijs.SignedData({
    version: 1,
    digestAlgorithms: [digestAlgorithm],
    encapContentInfo: new pkijs.EncapsulatedContentInfo({
      eContentType: pkijs.ContentInfo.DATA,
      eContent: new asn1js.OctetString({ valueHex: new Uint8Array(content) }),
    }),
    certificates: [certificate],
    signerInfos: [signer],
  });
  const whole = new pkijs.ContentInfo({
    contentType: pkijs.ContentInfo.SIGNED_DATA,
    content: data.toSchema(true),
  });
  return Buffer.from(whole.toSchema().toBER());
}

function algorithm(algorithmId: string, hasNull: boolean): pkijs.AlgorithmIdentifier {
  return new pkijs.AlgorithmIdentifier({
    algorithmId,
    ...(hasNull ? { algorithmParams: new asn1js.Null() } : {}),
  });
}

function attributesOf(content: Buffer, digest: Digest): pkijs.Attribute[] {
  const told = createHash(digest).update(content).digest();
  return [
    new pkijs.Attribute({
      type: '1.2.840.113549.1.9.3',
      values: [new asn1js.ObjectIdentifier({ value: pkijs.ContentInfo.DATA })],
    }),
    new pkijs.Attribute({
      type: '1.2.840.113549.1.9.4',
      values: [new asn1js.OctetString({ valueHex: new Uint8Array(told) })],
    }),
  ];
}

/** What is signed of attributes is their set, whatever tag they are sent under. */
function setOf(attributes: readonly pkijs.Attribute[]): Buffer {
  const value = attributes.map((attribute) => attribute.toSchema());
  return Buffer.from(new asn1js.Set({ value }).toBER());
}
