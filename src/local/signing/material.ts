import { webcrypto, X509Certificate } from 'node:crypto';

import { present } from '../../kernel/bug.ts';
import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { listStore } from '../../prescriptions/index.ts';
import { ALL_PERSONAS, isPrescriber, type Prescriber } from '../personas.ts';
import { type Issued, issueAuthority, issuePerson } from './issue.ts';
import {
  FIRST_PERSON,
  type ListIssuer,
  LIST_NAMES,
  type ListName,
  LISTS,
  makeList,
  pointFor,
  pointOf,
  revokedCertificates,
} from './lists.ts';

/** A prescriber's certificate in base64 of DER, and the private key in PEM. */
export type SigningKeyOf = { readonly certificate: string; readonly privateKey: string };

/** What a test installation signs prescriptions with; nobody outside believes these authorities. */
export type SigningMaterial = {
  /** PEM of the root and of the authority below it; also of those before them. */
  readonly authorities: string;
  readonly issuers: Readonly<Record<'root' | 'signing', ListIssuer>>;
  /** By the name of the persona. */
  readonly signers: Readonly<Record<string, SigningKeyOf>>;
};

const GENERATION = 2; // the first had no revocation lists

/** That of this installation; the first start makes it, and publishes its empty lists. */
export async function signingMaterial(database: Database): Promise<SigningMaterial> {
  const known = await read(database);
  if (known !== null) return known;
  const material = await makeMaterial();
  // Two first starts at once: the one that comes second keeps what the first has made.
  const made = await database.all(sql`
    insert into local.signing_material (generation, material)
    values (${GENERATION}, ${JSON.stringify(material)}::json)
    on conflict (generation) do nothing returning generation`);
  if (made.length > 0) await publish(database, material);
  return present(await read(database), 'signing material');
}

async function read(database: Database): Promise<SigningMaterial | null> {
  const rows = await database.all<{ generation: number; material: SigningMaterial }>(sql`
    select generation, material from local.signing_material order by generation desc`);
  const [newest] = rows;
  if (newest?.generation !== GENERATION) return null;
  return {
    ...newest.material,
    // What was signed before is still proved by who certified it then.
    authorities: rows.map(({ material }) => material.authorities).join('\n'),
  };
}

/** A revocation list as it is now. */
export async function currentList(database: Database, name: ListName): Promise<Buffer> {
  const { issuers } = await signingMaterial(database);
  const revoked = await revokedCertificates(database);
  return makeList(name, issuers[LISTS[name].issuer], revoked, new Date());
}

/** The Spine has the lists from the start; later ones it fetches. */
async function publish(database: Database, { issuers }: SigningMaterial): Promise<void> {
  const store = listStore(database);
  const now = new Date();
  for (const name of LIST_NAMES) {
    const issuer = issuers[LISTS[name].issuer];
    const authority = new X509Certificate(issuer.certificate).fingerprint256;
    const list = await makeList(name, issuer, [], now);
    await store.keep({ authority, uri: pointOf(name) }, list, now);
  }
}

async function makeMaterial(): Promise<SigningMaterial> {
  const root = await issueAuthority({
    subject: 'O=openspine-test, OU=CA, CN=OpenSpine Test Root G2',
    serialNumber: '01',
    issuer: null,
    listAt: null,
  });
  const authority = await issueAuthority({
    subject: 'O=openspine-test, OU=CA, CN=OpenSpine Test Signing G2',
    serialNumber: '02',
    issuer: root,
    listAt: pointOf('root.crl'),
  });
  const signers = await Promise.all(
    ALL_PERSONAS.filter(isPrescriber).map(
      async (persona, index) => [persona.name, await signerOf(persona, authority, index)] as const,
    ),
  );
  const issuers = { root: await keptOf(root), signing: await keptOf(authority) };
  return {
    authorities: `${issuers.root.certificate}\n${issuers.signing.certificate}\n`,
    issuers,
    signers: Object.fromEntries(signers),
  };
}

async function signerOf(persona: Prescriber, issuer: Issued, index: number): Promise<SigningKeyOf> {
  const { userId, given, family } = persona;
  const serial = FIRST_PERSON + index;
  const issued = await issuePerson({
    subject: `O=openspine-test, OU=People, CN=${userId}_${given}_${family}`,
    serialNumber: serial.toString(16),
    issuer,
    listAt: pointFor(serial),
  });
  const { privateKey } = await keptOf(issued);
  return { certificate: Buffer.from(issued.certificate.rawData).toString('base64'), privateKey };
}

async function keptOf({ certificate, keys }: Issued): Promise<ListIssuer> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { certificate: certificate.toString('pem'), privateKey: pem('PRIVATE KEY', pkcs8) };
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
