import { sourceAddress } from '../../platform/audit/source.ts';
import { createHash, timingSafeEqual } from 'node:crypto';

import type { Database } from '../../platform/database.ts';
import { list, sql } from '../../platform/sql.ts';
import { auditLine, revocationOf } from '../record.ts';
import { type Client, clientFault, DEFAULT_SETTINGS, type PublicKeys } from './client.ts';
import { NO_PDS_GRANTS, type PdsGrants } from './grants.ts';
import type { PublicJwk } from './jwks.ts';
import type { NewClient } from './parse.ts';

/** An application, and whether a secret is its own. */
export type KnownClient = Client & { isSecret(secret: string): boolean };

type Row = Omit<Client, 'publicKeys'> & {
  readonly jwks: readonly PublicJwk[] | null;
  readonly jwksUrl: string | null;
  readonly secretDigest: Buffer;
};

const COLUMNS = sql`application_id as "applicationId", name, application_key as key, organisation, asid,
  party_key as "partyKey", jwks, jwks_url as "jwksUrl", redirect_uris as "redirectUris", products, settings,
  status, developer_status as "developerStatus", company_status as "companyStatus",
  secret_digest as "secretDigest"`;

const KEY = /^[A-Za-z0-9]{32}$/;

export async function findClient(database: Database, key: string): Promise<KnownClient | null> {
  if (!KEY.test(key)) return null;
  const [row] = await database.all<Row>(sql`
    select ${COLUMNS} from identity.client where application_key = ${key}`);
  return row === undefined ? null : fromRow(row);
}

/** The application with this key, if it may call; null otherwise. */
export async function clientOfKey(database: Database, key: string): Promise<Client | null> {
  const client = await findClient(database, key);
  return client === null || clientFault(client) !== null ? null : client;
}

export async function listClients(database: Database): Promise<Client[]> {
  const rows = await database.all<Row>(sql`select ${COLUMNS} from identity.client order by name`);
  return rows.map(fromRow);
}

const GRANTS_KNOWN_MS = 5_000;
const GRANTS_KNOWN_MAX = 1_000;

/** Asks what applications are granted at the PDS; what was asked lately is known without. */
export function grantsReader(database: Database): {
  readonly grantsOf: (applicationId: string | null) => Promise<PdsGrants>;
  readonly isApplicationKey: (key: string) => Promise<boolean>;
} {
  const known = new Map<string, { grants: PdsGrants; atMs: number }>();
  return {
    grantsOf: async (id) => {
      if (id === null) return NO_PDS_GRANTS;
      const nowMs = performance.now();
      const last = known.get(id);
      if (last !== undefined && nowMs - last.atMs < GRANTS_KNOWN_MS) return last.grants;
      const grants = (await findClientNamed(database, id))?.settings.pds ?? NO_PDS_GRANTS;
      if (known.size >= GRANTS_KNOWN_MAX) known.clear();
      known.set(id, { grants, atMs: nowMs });
      return grants;
    },
    isApplicationKey: async (key) => (await findClient(database, key)) !== null,
  };
}

/** By its name, key or id. */
export async function findClientNamed(database: Database, word: string): Promise<Client | null> {
  const [row] = await database.all<Row>(sql`
    select ${COLUMNS} from identity.client
    where name = ${word} or application_key = ${word} or application_id::text = lower(${word})
    order by name limit 1`);
  return row === undefined ? null : fromRow(row);
}

/** All of them or none; one that is known by its id is replaced. Throws on a name or key that another has. */
export async function importClients(
  database: Database,
  clients: readonly NewClient[],
  at: Date,
): Promise<void> {
  const rows = clients.map((client) => {
    const { publicKeys, settings } = client;
    const jwks = publicKeys.kind === 'hosted' ? JSON.stringify(publicKeys.keys) : null;
    return sql`(${client.applicationId}::uuid, ${client.name}::text, ${client.key}::text,
      ${digestOf(client.secret)}::bytea, ${client.organisation}::text, ${client.asid}::text,
      ${client.partyKey}::text, ${jwks}::json, ${publicKeys.kind === 'url' ? publicKeys.url : null}::text,
      ${client.redirectUris}::text[], ${JSON.stringify(client.products)}::json,
      ${JSON.stringify(settings)}::json, ${client.status}::text, ${client.developerStatus}::text,
      ${client.companyStatus}::text, ${at}::timestamptz)`;
  });
  await database.write(sql`
    with kept as (
    insert into identity.client (application_id, name, application_key, secret_digest, organisation, asid,
      party_key, jwks, jwks_url, redirect_uris, products, settings, status, developer_status, company_status,
      changed_at)
    values ${list(rows)}
    on conflict (application_id) do update set name = excluded.name, application_key = excluded.application_key,
      secret_digest = excluded.secret_digest, organisation = excluded.organisation, asid = excluded.asid,
      party_key = excluded.party_key, jwks = excluded.jwks, jwks_url = excluded.jwks_url,
      redirect_uris = excluded.redirect_uris, products = excluded.products, settings = excluded.settings,
      status = excluded.status, developer_status = excluded.developer_status,
      company_status = excluded.company_status, changed_at = excluded.changed_at
    returning application_id, organisation, asid)
    insert into platform.audit (at, interaction, request_id, source_address, organisation, asid, outcome)
    select ${at}::timestamptz, 'client-import', gen_random_uuid(), ${sourceAddress()}::text, organisation, asid, application_id::text
    from kept`);
}

/** From now on it gets no token, and those that it has are refused. False when nobody knows it, or it was revoked before. */
export async function revokeClient(
  database: Database,
  { applicationId, asid, organisation }: Client,
  at: Date,
): Promise<boolean> {
  const act = { interaction: 'client-revoke', at, asid, organisation, outcome: applicationId };
  const rows = await database.write(sql`
    with changed as (
      update identity.client set status = 'revoked', changed_at = ${at}
      where application_id = ${applicationId}::uuid and status <> 'revoked' returning application_id),
    audit as (${auditLine(act)} from changed),
    revoked as (${revocationOf('client', sql`select application_id::text from changed`, at)})
    select from changed`);
  return rows.length === 1;
}

/**
 * Keeps the id of an assertion; false when this application used it before. Of twenty that come at once in both
 * datacentres, one is the first [RELIABILITY 7.4].
 */
export async function keepAssertion(
  database: Database,
  assertion: AssertionId & { readonly expiresAt: Date },
): Promise<boolean> {
  const rows = await database.write(sql`
    insert into identity.client_assertion (digest, expires_at)
    values (${assertionDigest(assertion)}, ${assertion.expiresAt})
    on conflict do nothing returning digest`);
  return rows.length === 1;
}

export async function isAssertionKept(database: Database, id: AssertionId): Promise<boolean> {
  const rows = await database.all(sql`
    select from identity.client_assertion where digest = ${assertionDigest(id)}`);
  return rows.length === 1;
}

export type AssertionId = { readonly key: string; readonly jti: string };

/** Neither part was proved yet, so neither is kept as it came: they may be of any length. */
function assertionDigest({ key, jti }: AssertionId): Buffer {
  return digestOf(JSON.stringify([key, jti]));
}

function fromRow({ jwks, jwksUrl, secretDigest, ...client }: Row): KnownClient {
  return {
    ...client,
    // Of one that was kept before there were all of these.
    settings: { ...DEFAULT_SETTINGS, ...client.settings },
    publicKeys: publicKeysOf(jwks, jwksUrl),
    isSecret: (secret) => timingSafeEqual(digestOf(secret), secretDigest),
  };
}

function publicKeysOf(keys: Row['jwks'], url: string | null): PublicKeys {
  if (keys !== null) return { kind: 'hosted', keys };
  return url === null ? { kind: 'none' } : { kind: 'url', url };
}

/** A secret is drawn at random, so that no slow digest is needed: there is nothing to guess. */
function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
