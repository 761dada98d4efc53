import { webcrypto } from 'node:crypto';

import { present } from '../../kernel/bug.ts';
import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { ALL_PERSONAS, isPrescriber, type Prescriber } from '../personas.ts';
import { type Issued, issueAuthority, issuePerson } from './issue.ts';

/** A prescriber's certificate in base64 of DER, and the private key in PEM. */
export type SigningKeyOf = { readonly certificate: string; readonly privateKey: string };

/** What a test installation signs prescriptions with; nobody outside believes these authorities. */
export type SigningMaterial = {
  /** PEM of the root and of the authority below it. */
  readonly authorities: string;
  /** By the name of the persona. */
  readonly signers: Readonly<Record<string, SigningKeyOf>>;
};

/** That of this installation; the first start makes it. */
export async function signingMaterial(database: Database): Promise<SigningMaterial> {
  const known = await read(database);
  if (known !== null) return known;
  const material = await makeMaterial();
  // Two first starts at once: the one that comes second keeps what the first has made.
  await database.all(sql`
    insert into local.signing_material (generation, material)
    values (1, ${JSON.stringify(material)}::json)
    on conflict (generation) do nothing`);
  return present(await read(database), 'signing material');
}

async function read(database: Database): Promise<SigningMaterial | null> {
  const [row] = await database.all<{ material: SigningMaterial }>(sql`
    select material from local.signing_material order by generation desc limit 1`);
  return row?.material ?? null;
}

async function makeMaterial(): Promise<SigningMaterial> {
  const root = await issueAuthority({
    subject: 'O=openspine-test, OU=CA, CN=OpenSpine Test Root',
    serialNumber: '01',
    issuer: null,
  });
  const authority = await issueAuthority({
    subject: 'O=openspine-test, OU=CA, CN=OpenSpine Test Signing',
    serialNumber: '02',
    issuer: root,
  });
  const signers = await Promise.all(
    ALL_PERSONAS.filter(isPrescriber).map(
      async (persona, index) => [persona.name, await signerOf(persona, authority, index)] as const,
    ),
  );
  return {
    authorities: `${root.certificate.toString('pem')}\n${authority.certificate.toString('pem')}\n`,
    signers: Object.fromEntries(signers),
  };
}

const FIRST_SERIAL = 16;

async function signerOf(persona: Prescriber, issuer: Issued, index: number): Promise<SigningKeyOf> {
  const { userId, given, family } = persona;
  const { certificate, keys } = await issuePerson({
    subject: `O=openspine-test, OU=People, CN=${userId}_${given}_${family}`,
    serialNumber: (FIRST_SERIAL + index).toString(16),
    issuer,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    certificate: Buffer.from(certificate.rawData).toString('base64'),
    privateKey: pem('PRIVATE KEY', pkcs8),
  };
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
