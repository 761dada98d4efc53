import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

import { importClients, listClients } from '../../identity/clients/repository.ts';
import { type NewClient, parseClientFile } from '../../identity/clients/parse.ts';
import { Bug, present } from '../../kernel/bug.ts';
import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { APPLICATIONS, type TestApplication } from './applications.ts';

/** A key pair: the private key in PEM, the public one as a JWK. */
export type SignInKey = {
  readonly kid: string;
  readonly privateKey: string;
  readonly jwk: Readonly<Record<string, unknown>>;
};

export type Credentials = { readonly key: string; readonly secret: string };

/** What a test installation signs people in with. */
export type SignInMaterial = {
  /** Of the mock identity providers. */
  readonly provider: SignInKey;
  /** Signs the assertions of the application that works without a user. */
  readonly system: SignInKey;
  /** By the name of the application. */
  readonly credentials: Readonly<Record<string, Credentials>>;
};

/** Where the applications of the test system are sent back to; nothing listens there. */
export const REDIRECT_URI = 'https://application.openspine.invalid/callback';
/** The application that works without a user. */
export const UNATTENDED_APPLICATION = 'system';

/** That of this installation; the first start makes it. */
export async function signInMaterial(database: Database): Promise<SignInMaterial> {
  const known = await read(database);
  if (known !== null) return known;
  const material = await makeMaterial();
  // Two first starts at once: the one that comes second keeps what the first has made.
  await database.write(sql`
    insert into local.sign_in_material (generation, material)
    values (1, ${JSON.stringify(material)}::json)
    on conflict (generation) do nothing`);
  return present(await read(database), 'sign-in material');
}

/** The applications of the test system, through the same import as an operator's file. Whatever is there stays. */
export async function seedApplications(database: Database): Promise<void> {
  const material = await signInMaterial(database);
  const known = new Set((await listClients(database)).map(({ applicationId }) => applicationId));
  const missing = APPLICATIONS.filter(({ applicationId }) => !known.has(applicationId));
  if (missing.length === 0) return;
  const clients = parsed(missing.map((application) => entryOf(application, material)));
  await importClients(database, clients, new Date());
}

function parsed(clients: readonly object[]): NewClient[] {
  const file = parseClientFile({ clients });
  if (!file.ok) throw new Bug(file.error.join('; '));
  return file.value;
}

function entryOf(application: TestApplication, material: SignInMaterial): object {
  const { name, applicationId, organisation, asid, scopes } = application;
  const credentials = present(material.credentials[name], `credentials of ${name}`);
  return {
    name,
    applicationId,
    organisation,
    asid,
    ...credentials,
    redirectUris: [REDIRECT_URI, 'http://localhost:3000/callback'],
    products: [{ name: 'test', scopes }],
    ...(name === UNATTENDED_APPLICATION ? { jwks: { keys: [material.system.jwk] } } : {}),
  };
}

async function read(database: Database): Promise<SignInMaterial | null> {
  const [row] = await database.all<{ material: SignInMaterial }>(sql`
    select material from local.sign_in_material order by generation desc limit 1`);
  return row?.material ?? null;
}

async function makeMaterial(): Promise<SignInMaterial> {
  const [provider, system] = await Promise.all([
    makeKey('mock-1', 'RS256'),
    makeKey('local-1', 'RS512'),
  ]);
  const credentials = APPLICATIONS.map(
    ({ name }) => [name, { key: letters(32), secret: letters(16) }] as const,
  );
  return { provider, system, credentials: Object.fromEntries(credentials) };
}

const makePair = promisify(generateKeyPair);

async function makeKey(kid: string, alg: string): Promise<SignInKey> {
  const { publicKey, privateKey } = await makePair('rsa', { modulusLength: 2048 });
  const { n, e } = publicKey.export({ format: 'jwk' });
  return {
    kid,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    jwk: { kty: 'RSA', use: 'sig', alg, kid, n, e },
  };
}

function letters(count: number): string {
  return randomBytes(count).toString('hex').slice(0, count);
}
