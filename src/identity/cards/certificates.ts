import 'reflect-metadata';

import * as x509 from '@peculiar/x509';

import {
  AUTHORITY_USAGE,
  certify,
  type Issuer,
  type KeyType,
  makeKeyPair,
  type Validity,
  validityFrom,
} from '../../platform/certificates.ts';
import {
  AUTHORITIES,
  type Authority,
  type AuthorityName,
  PKI_PATHS,
  type Purpose,
} from './authority.ts';
import { generalizedTime, ia5, objectId, sequence } from './der.ts';

const AUTHORITY_YEARS = 20;
const SIGNING_SHARE = 0.7; // of its validity a key signs; after that it only verifies [IDENTITY 1.4]
const CARD_YEARS = 2;

/** Two years and thirty minutes [IDENTITY 1.4]. */
export function cardValidityFrom(at: Date): Validity {
  return validityFrom(at, CARD_YEARS);
}

export function authorityValidityFrom(at: Date): Validity {
  return validityFrom(at, AUTHORITY_YEARS);
}

export async function makeAuthority(
  name: AuthorityName,
  {
    root,
    serial,
    validity,
  }: {
    readonly root: Authority | null;
    readonly serial: string;
    readonly validity: Validity;
  },
  pkiUrl: string,
): Promise<Authority> {
  const { commonName, keyType } = AUTHORITIES[name];
  const pair = await makeKeyPair(keyType);
  const wanted = {
    subject: `C=GB, O=nhs, OU=CA, CN=${commonName}`,
    serial,
    publicKey: pair.publicKey,
    keyType,
    validity,
    extensions: [
      new x509.BasicConstraintsExtension(true, root === null ? undefined : 0, true),
      AUTHORITY_USAGE,
      ...(root === null ? [] : placesOf('root', 0, pkiUrl)),
    ],
  };
  const { privateKey } = pair;
  const issuer = root === null ? { keyType, privateKey, certificate: null } : issuerOf(root);
  return { name, privateKey, certificate: await certify(wanted, issuer) };
}

export type CardCertificate = {
  readonly userId: string;
  readonly given: string;
  readonly family: string;
  readonly purpose: Purpose;
  readonly keyType: KeyType;
  readonly publicKey: Buffer;
  readonly serial: string;
  /** Part of the revocation list in which it would stand. */
  readonly shard: number;
  readonly validity: Validity;
};

/** Names, usages and policies as on the real cards [IDENTITY 1.4]. */
export function certifyCard(
  card: CardCertificate,
  authority: Authority,
  pkiUrl: string,
): Promise<Buffer> {
  const { purpose, validity, userId } = card;
  const names = {
    login: [{ O: ['nhs'] }, { OU: ['people'] }, { CN: [userId] }],
    signing: [
      { O: ['nhs'] },
      { OU: ['People'] },
      { CN: [`${userId}_${card.given}_${card.family}`] },
    ],
  };
  return certify(
    {
      ...card,
      subject: names[purpose],
      extensions: [
        new x509.BasicConstraintsExtension(false),
        ...(purpose === 'login' ? loginExtensions(validity) : signingExtensions(validity, pkiUrl)),
        ...placesOf(authority.name, card.shard, pkiUrl),
      ],
    },
    issuerOf(authority),
  );
}

const LOGIN_POLICY = '1.2.826.0.1275.101.0.3.1.1';
const SIGNING_POLICY = '1.2.826.0.1275.102.0.3.2.0';
const SMARTCARD_LOGON = '1.3.6.1.4.1.311.20.2.2';

function loginExtensions({ from, until }: Validity): x509.Extension[] {
  return [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, false),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth, SMARTCARD_LOGON]),
    new x509.CertificatePolicyExtension([LOGIN_POLICY]),
    keyUsagePeriod(from, until),
  ];
}

function signingExtensions({ from, until }: Validity, pkiUrl: string): x509.Extension[] {
  const signsUntil = new Date(
    from.getTime() + Math.floor((until.getTime() - from.getTime()) * SIGNING_SHARE),
  );
  const statement = sequence(objectId('1.3.6.1.5.5.7.2.1'), ia5(`${pkiUrl}${PKI_PATHS.statement}`));
  const policies = sequence(sequence(objectId(SIGNING_POLICY), sequence(statement)));
  return [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.nonRepudiation, true),
    new x509.Extension('2.5.29.32', true, policies),
    keyUsagePeriod(from, signsUntil),
  ];
}

/** Until when the private key may be used. */
function keyUsagePeriod(from: Date, until: Date): x509.Extension {
  const period = sequence(generalizedTime(from, 0x80), generalizedTime(until, 0x81));
  return new x509.Extension('2.5.29.16', false, period);
}

/** Where to ask whether it still counts, and for the certificate of who made it. */
function placesOf(issuer: AuthorityName, shard: number, pkiUrl: string): x509.Extension[] {
  const url = (path: string): x509.GeneralName => new x509.GeneralName('url', `${pkiUrl}${path}`);
  return [
    new x509.CRLDistributionPointsExtension([`${pkiUrl}${PKI_PATHS.list(issuer, shard)}`]),
    new x509.AuthorityInfoAccessExtension({
      ocsp: [url(PKI_PATHS.ocsp)],
      caIssuers: [url(PKI_PATHS.certificate(issuer))],
    }),
  ];
}

/** As one that certifies, or signs lists. */
export function issuerOf({ name, certificate, privateKey }: Authority): Issuer {
  return { keyType: AUTHORITIES[name].keyType, certificate, privateKey };
}
