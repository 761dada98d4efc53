import {
  constants,
  createHash,
  type KeyObject,
  timingSafeEqual,
  verify,
  X509Certificate,
} from 'node:crypto';

import * as asn1js from 'asn1js';

import { fail, ok, type Result } from '../../kernel/result.ts';

/** What somebody signed with the key of a certificate. */
export type Signed = { readonly content: Buffer; readonly certificate: Buffer };

const ANSWER_MAX_BYTES = 16_384;
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const DATA = '1.2.840.113549.1.7.1';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const DIGESTS: Readonly<Record<string, Digest>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
};
/** A key kind, and the digest that the algorithm names; null: the one named beside it. */
const SIGNATURES: Readonly<Record<string, readonly [key: 'rsa' | 'ec', digest: Digest | null]>> = {
  '1.2.840.113549.1.1.1': ['rsa', null],
  '1.2.840.113549.1.1.5': ['rsa', 'sha1'],
  '1.2.840.113549.1.1.11': ['rsa', 'sha256'],
  '1.2.840.10045.2.1': ['ec', null],
  '1.2.840.10045.4.1': ['ec', 'sha1'],
  '1.2.840.10045.4.3.2': ['ec', 'sha256'],
};

export type Digest = 'sha1' | 'sha256';

/**
 * Reads CMS SignedData of one signer with its one certificate, and proves the signature: over the content,
 * or over signed attributes that hold the content's digest [IDENTITY 2.2]. Whether the certificate is worth
 * anything is another question. The tree is walked here: fitting it to the schemas of a library takes four
 * times as long, and would write the certificate anew where its own bytes are wanted.
 */
export function readSigned(der: Buffer): Result<Signed, string> {
  const data = signedDataIn(der);
  if (data === null) return fail('it is no CMS SignedData');
  const [, , encapsulated, ...rest] = data;
  const [signer, ...others] = below(rest.at(-1));
  if (signer === undefined || others.length > 0) return fail('it must have one signer');
  const [certificate, ...more] = below(rest.find((block) => isTagged(block, 0)));
  if (certificate === undefined || more.length > 0) return fail('it must have one certificate');
  const content = contentOf(encapsulated);
  if (content === null) return fail('it has no content');
  const raw = bytesOf(certificate);
  const key = publicKeyOf(raw);
  const parts = signerParts(signer);
  if (key === null || parts === null || !isSignerOf(parts.of, certificate)) {
    return fail("the certificate is not the signer's");
  }
  const isProved = isSignedWith(key, parts, content);
  return isProved ? ok({ content, certificate: raw }) : fail('the signature is wrong');
}

type Block = asn1js.AsnType;

/** The children of the SignedData; null when there is none. */
function signedDataIn(der: Buffer): readonly Block[] | null {
  const [type, content] = der.length > ANSWER_MAX_BYTES ? [] : below(parsed(der));
  const data = idOf(type) === SIGNED_DATA && isTagged(content, 0) ? below(below(content)[0]) : [];
  return data.length >= 4 && data[0] instanceof asn1js.Integer ? data : null;
}

function parsed(der: Buffer): Block | undefined {
  try {
    const { offset, result } = asn1js.fromBER(new Uint8Array(der));
    return offset === der.length ? result : undefined;
  } catch {
    return undefined; // the library throws for some faults, and tells of others
  }
}

function contentOf(encapsulated: Block | undefined): Buffer | null {
  const [type, tagged] = below(encapsulated);
  const [content] = isTagged(tagged, 0) ? below(tagged) : [];
  const isData = idOf(type) === DATA && content instanceof asn1js.OctetString;
  return isData ? Buffer.from(content.getValue()) : null;
}

/** Null when it is no certificate to the letter, or has no key. */
function publicKeyOf(der: Buffer): KeyObject | null {
  try {
    const { raw, publicKey } = new X509Certificate(der);
    return raw.equals(der) ? publicKey : null;
  } catch {
    return null;
  }
}

type Signer = {
  readonly of: readonly Block[];
  readonly digest: string;
  readonly attributes: Block | null;
  readonly algorithm: string;
  readonly signature: Buffer;
};

function signerParts(signer: Block): Signer | null {
  const [version, of, digest, ...rest] = below(signer);
  const attributes = isTagged(rest[0], 0) ? (rest.shift() ?? null) : null;
  const [algorithm, signature] = rest;
  if (!(version instanceof asn1js.Integer) || !(signature instanceof asn1js.OctetString)) {
    return null;
  }
  return {
    of: below(of),
    digest: idOf(below(digest)[0]),
    attributes,
    algorithm: idOf(below(algorithm)[0]),
    signature: Buffer.from(signature.getValue()),
  };
}

/** By issuer and serial number, as they stand in the certificate. */
function isSignerOf([issuer, serial]: readonly Block[], certificate: Block): boolean {
  const facts = below(below(certificate)[0]).filter((block) => !isTagged(block, 0));
  const [ownSerial, , ownIssuer] = facts;
  return isSameBlock(issuer, ownIssuer) && isSameBlock(serial, ownSerial);
}

function isSameBlock(one: Block | undefined, other: Block | undefined): boolean {
  return one !== undefined && other !== undefined && bytesOf(one).equals(bytesOf(other));
}

function isSignedWith(key: KeyObject, signer: Signer, content: Buffer): boolean {
  const digest = DIGESTS[signer.digest];
  const [kind, own] = SIGNATURES[signer.algorithm] ?? [];
  if (digest === undefined || kind !== key.asymmetricKeyType || (own ?? digest) !== digest) {
    return false;
  }
  const signed = signedBytes(signer.attributes, content, digest);
  if (signed === null) return false;
  const padding = kind === 'rsa' ? { padding: constants.RSA_PKCS1_PADDING } : {};
  try {
    return verify(digest, signed, { key, ...padding }, signer.signature);
  } catch {
    return false; // a key too small for this digest, or the like
  }
}

const SET_TAG = 0x31;

/** The content itself, or the attributes that were signed for it; null when they speak of something else. */
function signedBytes(attributes: Block | null, content: Buffer, digest: Digest): Buffer | null {
  if (attributes === null) return content;
  const valueOf = (type: string): Block | undefined => {
    const found = below(attributes).filter((attribute) => idOf(below(attribute)[0]) === type);
    const [value, ...more] = below(below(found[0])[1]);
    return found.length === 1 && more.length === 0 ? value : undefined;
  };
  const told = valueOf(MESSAGE_DIGEST);
  const isOfContent =
    idOf(valueOf(CONTENT_TYPE)) === DATA &&
    told instanceof asn1js.OctetString &&
    isSame(Buffer.from(told.getValue()), createHash(digest).update(content).digest());
  // They are sent under a tag of their own and signed under the tag of a set.
  return isOfContent ? Buffer.from([SET_TAG, ...bytesOf(attributes).subarray(1)]) : null;
}

function below(block: Block | undefined): readonly Block[] {
  return block instanceof asn1js.Constructed ? block.valueBlock.value : [];
}

function bytesOf(block: Block): Buffer {
  return Buffer.from(block.valueBeforeDecodeView);
}

function idOf(block: Block | undefined): string {
  return block instanceof asn1js.ObjectIdentifier ? block.getValue() : '';
}

function isTagged(block: Block | undefined, number: number): boolean {
  return block?.idBlock.tagClass === 3 && block.idBlock.tagNumber === number;
}

function isSame(given: Buffer, wanted: Buffer): boolean {
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
