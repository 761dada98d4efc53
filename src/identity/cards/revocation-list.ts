import 'reflect-metadata';

import * as x509 from '@peculiar/x509';

import { ALGORITHMS, signingKeyOf } from '../../platform/certificates.ts';
import { type Authority, PKI_PATHS } from './authority.ts';
import { issuerOf } from './certificates.ts';
import { ia5, integer, tagged } from './der.ts';

export type Revoked = { readonly serial: string; readonly reason: number; readonly at: Date };

const REASONS: Readonly<Record<number, x509.X509CrlReason>> = {
  1: x509.X509CrlReason.keyCompromise,
  3: x509.X509CrlReason.affiliationChanged,
  4: x509.X509CrlReason.superseded,
  5: x509.X509CrlReason.cessationOfOperation,
  6: x509.X509CrlReason.certificateHold,
};

const COUNTS_DAYS = 7;
const DAY_MS = 86_400_000;

/** One part of an authority's revocation list, signed, in DER [IDENTITY 1.4]. */
export async function makeList(
  authority: Authority,
  shard: number,
  revoked: readonly Revoked[],
  { now, pkiUrl }: { readonly now: Date; readonly pkiUrl: string },
): Promise<Buffer> {
  const own = issuerOf(authority);
  const issuer = new x509.X509Certificate(new Uint8Array(authority.certificate));
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.subjectName,
    thisUpdate: now,
    nextUpdate: new Date(now.getTime() + COUNTS_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHMS[own.keyType],
    signingKey: await signingKeyOf(own),
    entries: revoked.map(({ serial, reason, at }) => ({
      serialNumber: serial,
      reason: REASONS[reason] ?? x509.X509CrlReason.unspecified,
      revocationDate: at,
    })),
    extensions: [
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      new x509.Extension('2.5.29.20', false, integer(now.getTime())), // its number
      new x509.Extension(
        '2.5.29.28',
        true,
        issuingPoint(`${pkiUrl}${PKI_PATHS.list(authority.name, shard)}`),
      ),
    ],
  });
  return Buffer.from(list.rawData);
}

/** Of which distribution point a list is: another part does not name the card that is revoked in this one. */
function issuingPoint(uri: string): Buffer {
  return tagged(0x30, tagged(0xa0, tagged(0xa0, ia5(uri, 0x86))));
}
