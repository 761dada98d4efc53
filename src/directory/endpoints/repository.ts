import { sourceAddress } from '../../platform/audit/source.ts';
import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import type { AccreditedSystem, MessageHandler } from './system.ts';

/** A certificate of a party, and for which of its systems it speaks. */
export type EndpointCertificate = {
  /** SHA-256 of the DER. */
  readonly fingerprint: Buffer;
  /** Hexadecimal. */
  readonly serial: string;
  readonly partyKey: string;
  readonly asids: readonly string[];
  readonly certificate: Buffer;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
};

const SYSTEM = sql`asid, ods, client_ods as "clientOds", party_key as "partyKey", interactions,
  manufacturer_ods as "manufacturerOds"`;
const HANDLER = sql`mhs_id as "mhsId", ods, party_key as "partyKey", interaction, cpa_id as "cpaId", fqdn, endpoints,
  sync_reply_mode as "syncReplyMode", retries, retry_interval as "retryInterval",
  persist_duration as "persistDuration", duplicate_elimination as "duplicateElimination",
  ack_requested as "ackRequested", actor`;
const CERTIFICATE = sql`fingerprint, serial, party_key as "partyKey", asids, certificate,
  issued_at as "issuedAt", expires_at as "expiresAt", revoked_at as "revokedAt"`;

/** Adds systems and message handlers, or replaces those that are known. */
export async function keepEndpoints(
  database: Database,
  kept: {
    readonly systems: readonly AccreditedSystem[];
    readonly handlers: readonly MessageHandler[];
  },
  at: Date,
): Promise<void> {
  await database.write(sql`
    with system as (${keepSystems(kept.systems, at)}) ${keepHandlers(kept.handlers, at)}`);
}

function keepSystems(systems: readonly AccreditedSystem[], at: Date): Sql {
  return sql`insert into directory.accredited_system
      (asid, ods, client_ods, party_key, interactions, manufacturer_ods, changed_at)
    select asid, ods, "clientOds", "partyKey", array(select jsonb_array_elements_text(interactions)),
      "manufacturerOds", ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(systems)}::jsonb) as s(asid text, ods text, "clientOds" text,
      "partyKey" text, interactions jsonb, "manufacturerOds" text) order by asid
    on conflict (asid) do update set ods = excluded.ods, client_ods = excluded.client_ods,
      party_key = excluded.party_key, interactions = excluded.interactions,
      manufacturer_ods = excluded.manufacturer_ods, changed_at = excluded.changed_at`;
}

function keepHandlers(handlers: readonly MessageHandler[], at: Date): Sql {
  return sql`${insertHandlers(handlers, at)}
    on conflict (party_key, interaction) do update set mhs_id = excluded.mhs_id, ods = excluded.ods,
      cpa_id = excluded.cpa_id, fqdn = excluded.fqdn, endpoints = excluded.endpoints,
      sync_reply_mode = excluded.sync_reply_mode, retries = excluded.retries,
      retry_interval = excluded.retry_interval, persist_duration = excluded.persist_duration,
      duplicate_elimination = excluded.duplicate_elimination, ack_requested = excluded.ack_requested,
      actor = excluded.actor, changed_at = excluded.changed_at`;
}

function insertHandlers(handlers: readonly MessageHandler[], at: Date): Sql {
  return sql`insert into directory.message_handler (mhs_id, ods, party_key, interaction, cpa_id, fqdn, endpoints,
      sync_reply_mode, retries, retry_interval, persist_duration, duplicate_elimination, ack_requested, actor, changed_at)
    select "mhsId", ods, "partyKey", interaction, "cpaId", fqdn, array(select jsonb_array_elements_text(endpoints)),
      "syncReplyMode", retries, "retryInterval", "persistDuration", "duplicateElimination", "ackRequested", actor,
      ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(handlers)}::jsonb) as h("mhsId" text, ods text, "partyKey" text,
      interaction text, "cpaId" text, fqdn text, endpoints jsonb, "syncReplyMode" text, retries int,
      "retryInterval" text, "persistDuration" text, "duplicateElimination" text, "ackRequested" text, actor text)
    order by "mhsId"`;
}

export function systemsOfParty(database: Database, partyKey: string): Promise<AccreditedSystem[]> {
  return findSystems(database, sql`party_key = ${partyKey}`);
}

/** What the system with this ASID was accredited for; null when the directory does not know it. */
export async function interactionsOfSystem(
  database: Database,
  asid: string,
): Promise<readonly string[] | null> {
  const [system] = await findSystems(database, sql`asid = ${asid}`);
  return system?.interactions ?? null;
}

/** Those of these ASIDs that are known. */
export function systemsWithAsids(
  database: Database,
  asids: readonly string[],
): Promise<AccreditedSystem[]> {
  return findSystems(database, sql`asid = any(${asids}::text[])`);
}

/** Those for which a condition on the table's columns is true. */
export function findSystems(database: Database, where: Sql): Promise<AccreditedSystem[]> {
  return database.all<AccreditedSystem>(sql`
    select ${SYSTEM} from directory.accredited_system where ${where} order by asid`);
}

/** Where and how a party takes messages. */
export function handlersOfParty(database: Database, partyKey: string): Promise<MessageHandler[]> {
  return findHandlers(database, sql`party_key = ${partyKey}`);
}

/** Those for which a condition on the table's columns is true. */
export function findHandlers(database: Database, where: Sql): Promise<MessageHandler[]> {
  return database.all<MessageHandler>(sql`
    select ${HANDLER} from directory.message_handler where ${where} order by party_key, interaction`);
}

/** Adds handlers of a party's own; of those that are known, only where they are is brought up to date. */
export async function addOwnHandlers(
  database: Database,
  handlers: readonly MessageHandler[],
  at: Date,
): Promise<void> {
  await database.write(sql`${insertHandlers(handlers, at)}
    on conflict (party_key, interaction) do update
      set endpoints = excluded.endpoints, fqdn = excluded.fqdn, changed_at = excluded.changed_at
      where message_handler.endpoints <> excluded.endpoints`);
}

/** A certificate that another one replaces, and how long it counts at most. */
export type Replaced = { readonly serial: string; readonly until: Date };

/** Keeps a new certificate, and lets the one that it replaces come to its end; with its audit line. */
export async function keepCertificate(
  database: Database,
  certificate: EndpointCertificate,
  replaced: Replaced | null,
): Promise<void> {
  const { fingerprint, serial, partyKey, asids, issuedAt, expiresAt } = certificate;
  await database.write(sql`
    with ended as (update directory.endpoint_certificate
        set expires_at = least(expires_at, ${replaced?.until ?? null}::timestamptz)
        where serial = ${replaced?.serial ?? null}::text),
      kept as (insert into directory.endpoint_certificate
        (fingerprint, serial, party_key, asids, certificate, issued_at, expires_at)
      values (${fingerprint}, ${serial}, ${partyKey}, ${asids}::text[], ${certificate.certificate},
        ${issuedAt}, ${expiresAt}) returning serial)
    insert into platform.audit (at, interaction, request_id, source_address, asid, outcome)
    select ${issuedAt}, 'certificate-issue', gen_random_uuid(), ${sourceAddress()}::text, ${asids[0] ?? null}::text,
      concat('issued: ', serial, ' for ', ${partyKey}::text, ' instead of ' || ${replaced?.serial ?? null}::text) from kept`);
}

/** False when there is no such certificate that still counts. */
export async function revokeCertificate(
  database: Database,
  serial: string,
  at: Date,
): Promise<boolean> {
  const revoked = await database.write(sql`
    with revoked as (update directory.endpoint_certificate set revoked_at = ${at}
      where serial = ${serial} and revoked_at is null returning serial, party_key, asids)
    insert into platform.audit (at, interaction, request_id, source_address, asid, outcome)
    select ${at}, 'certificate-revoke', gen_random_uuid(), ${sourceAddress()}::text, asids[1], 'revoked: ' || serial || ' of ' || party_key
    from revoked returning id`);
  return revoked.length === 1;
}

type Which =
  | { readonly partyKey: string }
  | { readonly serial: string }
  | { readonly fingerprint: Buffer };

function isWhich(by: Which): Sql {
  if ('serial' in by) return sql`serial = ${by.serial}`;
  if ('partyKey' in by) return sql`party_key = ${by.partyKey}`;
  return sql`fingerprint = ${by.fingerprint}`;
}

export async function findCertificates(
  database: Database,
  by: Which | 'all',
): Promise<EndpointCertificate[]> {
  return database.all<EndpointCertificate>(sql`
    select ${CERTIFICATE} from directory.endpoint_certificate
    where ${by === 'all' ? sql`true` : isWhich(by)} order by party_key, issued_at`);
}

/** Those that are not revoked; `before`: that end before it; null: all. */
export function certificatesEnding(
  database: Database,
  before: Date | null,
): Promise<Pick<EndpointCertificate, 'partyKey' | 'serial' | 'expiresAt'>[]> {
  return database.all<Pick<EndpointCertificate, 'partyKey' | 'serial' | 'expiresAt'>>(sql`
    select party_key as "partyKey", serial, expires_at as "expiresAt" from directory.endpoint_certificate
    where revoked_at is null and (${before}::timestamptz is null or expires_at < ${before}::timestamptz)
    order by expires_at, serial`);
}

/** Those that count at a time. */
export async function validCertificates(
  database: Database,
  by: Which,
  at: Date,
): Promise<EndpointCertificate[]> {
  return database.all<EndpointCertificate>(sql`
    select ${CERTIFICATE} from directory.endpoint_certificate
    where ${isWhich(by)} and revoked_at is null and expires_at > ${at}`);
}

/** A certificate in DER with its private key, PKCS#8 in DER. */
export type EndpointKey = { readonly certificate: Buffer; readonly privateKey: Buffer };

export type EndpointKeyName = 'authority' | 'listener-a' | 'listener-b';

export async function readEndpointKey(
  database: Database,
  name: EndpointKeyName,
): Promise<EndpointKey | null> {
  const [row] = await database.all<EndpointKey>(sql`
    select certificate, private_key as "privateKey" from directory.endpoint_key where name = ${name}`);
  return row ?? null;
}

/** Of processes that first start at once, the one that comes second changes nothing. */
export async function addEndpointKey(
  database: Database,
  name: EndpointKeyName,
  { certificate, privateKey }: EndpointKey,
  at: Date,
): Promise<void> {
  await database.write(sql`
    insert into directory.endpoint_key (name, certificate, private_key, created_at)
    values (${name}, ${certificate}, ${privateKey}, ${at}) on conflict (name) do nothing`);
}

/** In the place of what was there. */
export async function replaceEndpointKey(
  database: Database,
  name: EndpointKeyName,
  { certificate, privateKey }: EndpointKey,
  at: Date,
): Promise<void> {
  await database.write(sql`
    update directory.endpoint_key set certificate = ${certificate}, private_key = ${privateKey}, created_at = ${at}
    where name = ${name}`);
}

/** What certifies endpoints, and what the listeners show: certificates without their keys. */
export function endpointKeys(
  database: Database,
): Promise<{ readonly name: EndpointKeyName; readonly certificate: Buffer }[]> {
  return database.all<{ name: EndpointKeyName; certificate: Buffer }>(
    sql`select name, certificate from directory.endpoint_key order by name`,
  );
}
