import { generateKeyPairSync, type KeyObject, sign, webcrypto } from 'node:crypto';

import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';

import { present } from '../../kernel/bug.ts';
import type { Digest } from './cms.ts';
import { writeSigned } from './write-signed.ts';

/** A key with a certificate that it signed itself: enough to prove signatures, and trusted by nobody. */
export type OwnCard = { readonly certificate: Buffer; readonly key: KeyObject };

export async function ownCard(userId: string, kind: 'rsa' | 'ec' = 'rsa'): Promise<OwnCard> {
  const der = { type: 'pkcs8', format: 'der' } as const;
  const spki = { type: 'spki', format: 'der' } as const;
  const pair =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const named =
    kind === 'rsa'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : { name: 'ECDSA', namedCurve: 'P-256' };
  const { subtle } = webcrypto;
  const privateKey = await subtle.importKey(
    'pkcs8',
    new Uint8Array(pair.privateKey.export(der)),
    named,
    true,
    ['sign'],
  );
  const publicKey = await subtle.importKey(
    'spki',
    new Uint8Array(pair.publicKey.export(spki)),
    named,
    true,
    ['verify'],
  );
  const certificate = new pkijs.Certificate();
  certificate.version = 2;
  certificate.serialNumber = new asn1js.Integer({ value: 4711 });
  for (const name of [certificate.issuer, certificate.subject])
    name.typesAndValues.push(cn(userId));
  certificate.notBefore.value = new Date('2020-01-01T00:00:00Z');
  certificate.notAfter.value = new Date('2040-01-01T00:00:00Z');
  await certificate.subjectPublicKeyInfo.importKey(publicKey);
  await certificate.sign(privateKey, 'SHA-256');
  return { certificate: Buffer.from(certificate.toSchema(true).toBER()), key: pair.privateKey };
}

function cn(userId: string): pkijs.AttributeTypeAndValue {
  return new pkijs.AttributeTypeAndValue({
    type: '2.5.4.3',
    value: new asn1js.Utf8String({ value: userId }),
  });
}

export type How = { readonly digest?: Digest; readonly hasAttributes?: boolean };

/** What the card answers to a challenge. */
export function answerOf(card: OwnCard, content: Buffer, how: How = {}): Promise<Buffer> {
  const { digest = 'sha1', hasAttributes = false } = how;
  const { certificate, key } = card;
  return writeSigned({
    content,
    certificate,
    digest,
    hasAttributes,
    sign: (bytes) => sign(digest, bytes, present(key, 'key')),
  });
}
