import 'reflect-metadata';

import { createHash } from 'node:crypto';
import { isIP } from 'node:net';

import * as x509 from '@peculiar/x509';

import {
  AUTHORITY_USAGE,
  certify,
  type Issuer,
  makeKeyPair,
  type Validity,
  validityFrom,
} from '../../platform/certificates.ts';
import type { EndpointKey } from './repository.ts';

/** A curve that every TLS 1.2 of the last ten years knows, and the cheapest there is. */
const KEY_TYPE = 'p256';
const AUTHORITY_YEARS = 20;
const ENDPOINT_YEARS = 2;

export function endpointValidity(at: Date): Validity {
  return validityFrom(at, ENDPOINT_YEARS);
}

export function fingerprintOf(certificate: Buffer): Buffer {
  return createHash('sha256').update(certificate).digest();
}

type Named = {
  /** Common name. */
  readonly name: string;
  readonly serial: string;
  readonly validity: Validity;
};

/** What certifies the endpoints of one installation. */
export function makeAuthority(serial: string, at: Date): Promise<EndpointKey> {
  // The number tells the authorities of several installations apart.
  const name = `Endpoint CA ${serial.slice(0, 8)}`;
  const validity = validityFrom(at, AUTHORITY_YEARS);
  return certifyNew(null, { name, serial, validity }, [
    new x509.BasicConstraintsExtension(true, 0, true),
    AUTHORITY_USAGE,
  ]);
}

/** A message handler is client and server in turn. */
const MESSAGE_HANDLER = [
  new x509.BasicConstraintsExtension(false),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
  new x509.ExtendedKeyUsageExtension([
    x509.ExtendedKeyUsage.clientAuth,
    x509.ExtendedKeyUsage.serverAuth,
  ]),
];

/** What an installation shows to those who call it by one of these names or addresses, and to those whom it calls. */
export function certifyListener(
  authority: EndpointKey,
  names: readonly string[],
  { serial, validity }: Omit<Named, 'name'>,
): Promise<EndpointKey> {
  const [first = 'openspine'] = names;
  return certifyNew(authority, { name: first, serial, validity }, [
    ...MESSAGE_HANDLER,
    new x509.SubjectAlternativeNameExtension(
      names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
    ),
  ]);
}

/** For the message handler of a party. */
export function certifyParty(
  authority: EndpointKey,
  partyKey: string,
  { serial, validity }: Omit<Named, 'name'>,
): Promise<EndpointKey> {
  return certifyNew(authority, { name: partyKey, serial, validity }, MESSAGE_HANDLER);
}

/** A new key and its certificate; an authority of null: by itself. */
async function certifyNew(
  authority: EndpointKey | null,
  { name, serial, validity }: Named,
  extensions: readonly x509.Extension[],
): Promise<EndpointKey> {
  const { publicKey, privateKey } = await makeKeyPair(KEY_TYPE);
  const issuer: Issuer = { keyType: KEY_TYPE, ...(authority ?? { privateKey, certificate: null }) };
  const subject = [{ O: ['openspine'] }, { OU: ['endpoints'] }, { CN: [name] }];
  const wanted = { subject, serial, publicKey, keyType: KEY_TYPE, validity, extensions } as const;
  return { certificate: await certify(wanted, issuer), privateKey };
}
