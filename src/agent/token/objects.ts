import { createHash, createPublicKey, type webcrypto } from 'node:crypto';

import { certificateParts, type Hash, type Purpose } from '../../identity/index.ts';
import { present } from '../../kernel/bug.ts';
import { CKA, CKK, CKM, CKO, P256 } from './codes.ts';
import type { Attribute, Cryptoki } from './cryptoki.ts';

export type TokenKeyType = 'rsa' | 'p256';

/** Both key pairs of a card and their certificates are found by their number, `CKA_ID` [IDENTITY 1.4]. */
const IDS: Readonly<Record<Purpose, Buffer>> = {
  login: Buffer.from([1]),
  signing: Buffer.from([2]),
};

/** Clients of 2014 take for login the key whose label is shorter than 46 bytes, and the user id after `CN=` [IDENTITY 1.4]. */
function labelOf(userId: string, purpose: Purpose): Buffer {
  const name = purpose === 'login' ? userId : `${userId} content commitment`;
  return Buffer.from(`CN=${name}, OU=People, O=nhs`);
}

/** What lies on a card, seen through a session. */
export type Objects = {
  /** DER; anybody may read it, without the passcode. */
  certificate(purpose: Purpose): Buffer | null;
  /** SubjectPublicKeyInfo in DER; null: there is no such key. */
  publicKey(purpose: Purpose): Buffer | null;
  /** Made by the card itself: the private half can never be read. */
  generate(purpose: Purpose, type: TokenKeyType, userId: string): Promise<void>;
  /** In place of the one that was there. */
  keepCertificate(purpose: Purpose, der: Buffer, userId: string): void;
  /** PKCS#1 1.5, or ECDSA in DER. */
  sign(purpose: Purpose, hash: Hash, data: Buffer): Promise<Buffer>;
};

export function objectsOf(cryptoki: Cryptoki, session: number): Objects {
  const find = (kind: number, purpose: Purpose): number | null => {
    const wanted: Attribute[] = [
      [CKA.CLASS, kind],
      [CKA.ID, IDS[purpose]],
    ];
    return cryptoki.find(session, wanted)[0] ?? null;
  };
  const read = (object: number, type: number): Buffer | null =>
    cryptoki.attribute(session, object, type);
  return {
    certificate: (purpose) => {
      const object = find(CKO.CERTIFICATE, purpose);
      return object === null ? null : read(object, CKA.VALUE);
    },
    publicKey: (purpose) => {
      const object = find(CKO.PUBLIC_KEY, purpose);
      const jwk = object === null ? null : jwkOf((type) => read(object, type));
      if (jwk === null) return null;
      return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' });
    },
    generate: (purpose, type, userId) =>
      cryptoki.generateKeyPair(session, keyPair(type, IDS[purpose], labelOf(userId, purpose))),
    keepCertificate: (purpose, der, userId) => {
      const old = find(CKO.CERTIFICATE, purpose);
      cryptoki.create(session, certificateObject(purpose, der, userId));
      if (old !== null) cryptoki.destroy(session, old);
    },
    sign: async (purpose, hash, data) => {
      const key = find(CKO.PRIVATE_KEY, purpose);
      if (key === null) throw new Error(`the card has no key for ${purpose}`);
      const isRsa = read(key, CKA.KEY_TYPE)?.readUInt32LE() === CKK.RSA;
      if (isRsa) return cryptoki.sign(session, { key, mechanism: RSA[hash], data });
      const digest = createHash(hash).update(data).digest();
      return derOf(await cryptoki.sign(session, { key, mechanism: CKM.ECDSA, data: digest }));
    },
  };
}

const RSA: Readonly<Record<Hash, number>> = {
  sha1: CKM.SHA1_RSA_PKCS,
  sha256: CKM.SHA256_RSA_PKCS,
};

const RSA_BITS = 2048;
const RSA_EXPONENT = Buffer.from([1, 0, 1]);

function keyPair(type: TokenKeyType, id: Buffer, label: Buffer) {
  const common: Attribute[] = [
    [CKA.TOKEN, true],
    [CKA.ID, id],
    [CKA.LABEL, label],
  ];
  const shape: Attribute[] =
    type === 'rsa'
      ? [
          [CKA.MODULUS_BITS, RSA_BITS],
          [CKA.PUBLIC_EXPONENT, RSA_EXPONENT],
        ]
      : [[CKA.EC_PARAMS, P256]];
  return {
    mechanism: type === 'rsa' ? CKM.RSA_PKCS_KEY_PAIR_GEN : CKM.EC_KEY_PAIR_GEN,
    publicKey: [...common, ...shape, [CKA.VERIFY, true]] as Attribute[],
    privateKey: [
      ...common,
      [CKA.PRIVATE, true],
      [CKA.SENSITIVE, true],
      [CKA.EXTRACTABLE, false],
      [CKA.SIGN, true],
    ] as Attribute[],
  };
}

const X509 = 0;

function certificateObject(purpose: Purpose, der: Buffer, userId: string): Attribute[] {
  const { subject, issuer, serial } = present(certificateParts(der), 'certificate');
  return [
    [CKA.CLASS, CKO.CERTIFICATE],
    [CKA.CERTIFICATE_TYPE, X509],
    [CKA.TOKEN, true],
    [CKA.PRIVATE, false],
    [CKA.ID, IDS[purpose]],
    [CKA.LABEL, labelOf(userId, purpose)],
    [CKA.SUBJECT, subject],
    [CKA.ISSUER, issuer],
    [CKA.SERIAL_NUMBER, serial],
    [CKA.VALUE, der],
  ];
}

function jwkOf(read: (type: number) => Buffer | null): webcrypto.JsonWebKey | null {
  const [modulus, exponent] = [read(CKA.MODULUS), read(CKA.PUBLIC_EXPONENT)];
  if (modulus !== null && exponent !== null) {
    return { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') };
  }
  const point = read(CKA.EC_POINT);
  return point === null ? null : p256JwkOf(point);
}

const COORDINATE_BYTES = 32;
const POINT_BYTES = 1 + 2 * COORDINATE_BYTES;

/** The uncompressed point, in an OCTET STRING or, on some cards, without one. */
function p256JwkOf(given: Buffer): webcrypto.JsonWebKey | null {
  const point = given.subarray(-POINT_BYTES);
  if (point.length !== POINT_BYTES || point[0] !== 4) return null;
  const [x, y] = [point.subarray(1, 1 + COORDINATE_BYTES), point.subarray(1 + COORDINATE_BYTES)];
  return { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') };
}

/** Cards give both numbers of an ECDSA signature side by side; X.509 and CMS want them in a SEQUENCE. */
function derOf(raw: Buffer): Buffer {
  const half = raw.length / 2;
  const body = Buffer.concat([integerOf(raw.subarray(0, half)), integerOf(raw.subarray(half))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function integerOf(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const value = bytes.subarray(start === -1 ? bytes.length - 1 : start);
  const isNegative = (value[0] ?? 0) >= 0x80;
  const whole = isNegative ? Buffer.concat([Buffer.from([0]), value]) : value;
  return Buffer.concat([Buffer.from([0x02, whole.length]), whole]);
}
