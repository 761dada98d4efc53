import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import { auditLine } from '../record.ts';
import { endingSessions } from '../sessions/index.ts';
import type { Authority, AuthorityName, Purpose } from './authority.ts';
import {
  type Card,
  type CardEvent,
  CERTIFICATE_HOLD,
  endsSessions,
  evolve,
  revocationReasonOf,
  WRONG_PINS_MAX,
} from './card.ts';
import type { KeyFile } from './key-file.ts';

/** A card with what only its back end needs. */
export type KeptCard = Card & {
  readonly officerPin: string;
  /** Null: its keys are in a chip. */
  readonly keyFile: KeyFile | null;
  readonly issuedAt: Date;
  readonly lastUsedAt: Date | null;
};

export type KeptCertificate = {
  readonly serial: string;
  readonly authority: AuthorityName;
  readonly shard: number;
  readonly cardNumber: string;
  readonly purpose: Purpose;
  readonly der: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly revokedAt: Date | null;
  readonly revocationReason: number | null;
};

/** Who does it, and when; in which role and session when they are signed in. */
export type By = {
  readonly userId: string | null;
  readonly at: Date;
  readonly roleProfile?: string;
  readonly session?: string;
};

const CARD = sql`c.card_number as "cardNumber", c.user_id as "userId", c.status, c.wrong_pins as "wrongPins",
  c.locked_at as "lockedAt", c.is_temporary as "isTemporary", c.ends_at as "endsAt",
  c.series, c.replaced_by as "replacedBy", c.version, c.officer_pin as "officerPin", c.key_file as "keyFile",
  c.issued_at as "issuedAt", c.last_used_at as "lastUsedAt"`;
const CERTIFICATE = sql`serial, authority, shard, card_number as "cardNumber", purpose, der,
  not_before as "notBefore", not_after as "notAfter", revoked_at as "revokedAt",
  revocation_reason as "revocationReason"`;

export function readAuthorities(database: Database): Promise<Authority[]> {
  return database.all<Authority>(sql`
    select name, certificate, private_key as "privateKey" from identity.authority`);
}

/** Of processes that first start at once, the one that comes second keeps those of the first. */
export async function keepAuthorities(
  database: Database,
  authorities: readonly Authority[],
  at: Date,
): Promise<void> {
  const texts = authorities.map(({ name, certificate, privateKey }) => ({
    name,
    certificate: certificate.toString('hex'),
    privateKey: privateKey.toString('hex'),
  }));
  await database.write(sql`
    insert into identity.authority (name, certificate, private_key, created_at)
    select name, decode(certificate, 'hex'), decode("privateKey", 'hex'), ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(texts)}::jsonb)
      as a(name text, certificate text, "privateKey" text)
    order by name on conflict do nothing`);
}

export async function nextNumbers(
  database: Database,
): Promise<{ readonly cardNumber: string; readonly certificates: readonly [number, number] }> {
  const [row] = await database.write<{ card: number; login: number; signing: number }>(sql`
    select nextval('identity.card_number') as card, nextval('identity.certificate_number') as login,
      nextval('identity.certificate_number') as signing`);
  const { card = 0, login = 0, signing = 0 } = row ?? {};
  return { cardNumber: String(card), certificates: [login, signing] };
}

export async function findCard(database: Database, cardNumber: string): Promise<KeptCard | null> {
  const [row] = await database.all<KeptCard>(sql`
    select ${CARD} from identity.card c where card_number = ${cardNumber}`);
  return row ?? null;
}

export function findCards(database: Database, cardNumbers: readonly string[]): Promise<KeptCard[]> {
  return database.all<KeptCard>(sql`
    select ${CARD} from identity.card c where card_number = any(${cardNumbers}::text[])`);
}

/** Of a person, the newest first. */
export function cardsOf(database: Database, userId: string): Promise<KeptCard[]> {
  return database.all<KeptCard>(sql`
    select ${CARD} from identity.card c where user_id = ${userId} order by card_number desc`);
}

/** Which of these people have or had a card. */
export async function holdersAmong(
  database: Database,
  userIds: readonly string[],
): Promise<string[]> {
  const rows = await database.all<{ userId: string }>(sql`
    select distinct user_id as "userId" from identity.card where user_id = any(${userIds})`);
  return rows.map(({ userId }) => userId);
}

export type KeptEvent = {
  readonly version: number;
  readonly kind: string;
  readonly at: Date;
  readonly byUser: string | null;
};

/** What was done to a card, the latest first. */
export function eventsOf(database: Database, cardNumber: string): Promise<KeptEvent[]> {
  return database.all<KeptEvent>(sql`
    select version, kind, at, by_user as "byUser" from identity.card_event
    where card_number = ${cardNumber} order by version desc limit ${LIST_MAX}`);
}

const LIST_MAX = 1_000;

/** By number, from the one after `after`. */
export function listCards(database: Database, after = ''): Promise<KeptCard[]> {
  return database.all<KeptCard>(sql`
    select ${CARD} from identity.card c where card_number > ${after} order by card_number limit ${LIST_MAX}`);
}

/** The certificates of a card, the newest first. */
export function certificatesOf(database: Database, cardNumber: string): Promise<KeptCertificate[]> {
  return database.all<KeptCertificate>(sql`
    select ${CERTIFICATE} from identity.certificate where card_number = ${cardNumber}
    order by not_before desc, not_after desc, serial`);
}

export async function findCertificate(
  database: Database,
  serial: string,
): Promise<KeptCertificate | null> {
  const [row] = await database.all<KeptCertificate>(
    sql`select ${CERTIFICATE} from identity.certificate where serial = ${serial}`,
  );
  return row ?? null;
}

/** Throws `card_one_each` when the person has a card. */
export async function keepNewCard(
  database: Database,
  card: KeptCard,
  certificates: readonly KeptCertificate[],
  by: By,
): Promise<void> {
  const { cardNumber, userId, status, isTemporary, endsAt, officerPin, keyFile } = card;
  await database.write(sql`
    with card as (
      insert into identity.card (card_number, user_id, status, is_temporary, ends_at, officer_pin, key_file,
        issued_at, series, version)
      values (${cardNumber}, ${userId}, ${status}, ${isTemporary}, ${endsAt}, ${officerPin},
        ${keyFile === null ? null : JSON.stringify(keyFile)}::json, ${card.issuedAt}, ${card.series}, 1)),
    event as (${eventOf(cardNumber, 1, { kind: 'Issued', data: { isTemporary } }, by)}),
    certificates as (${keepCertificates(certificates)})
    ${cardAudit('Issued', card, by)}`);
}

function keepCertificates(certificates: readonly KeptCertificate[]): Sql {
  const texts = certificates.map(({ der, ...rest }) => ({ ...rest, der: der.toString('hex') }));
  return sql`insert into identity.certificate (serial, authority, shard, card_number, purpose, der, not_before, not_after,
      revoked_at, revocation_reason)
    select serial, authority, shard, "cardNumber", purpose, decode(der, 'hex'), "notBefore", "notAfter",
      "revokedAt", "revocationReason"
    from jsonb_to_recordset(${JSON.stringify(texts)}::jsonb) as n(serial text, authority text, shard integer,
      "cardNumber" text, purpose text, der text, "notBefore" timestamptz, "notAfter" timestamptz,
      "revokedAt" timestamptz, "revocationReason" smallint)`;
}

/** What comes along with an event. */
export type Along = {
  readonly keyFile?: KeyFile;
  readonly certificates?: readonly KeptCertificate[];
};

/** Keeps what happened to a card, unless something else happened to it meanwhile: then false. */
export async function append(
  database: Database,
  card: KeptCard,
  event: CardEvent,
  { by, along = {} }: { readonly by: By; readonly along?: Along },
): Promise<boolean> {
  const next = evolve(card, event, by.at);
  const { cardNumber } = card;
  const { kind, ...data } = event;
  // Entries of the passcode are counted past the version: what does not set the count leaves it alone.
  const counts = kind === 'Unlocked' || kind === 'PinChanged' || kind === 'Locked';
  const keyFile = along.keyFile ?? card.keyFile;
  // A card that ran out while it was suspended is renewed, and still suspended.
  const onHold = { revokedAt: by.at, revocationReason: CERTIFICATE_HOLD };
  const certificates = (along.certificates ?? []).map((one) =>
    next.status === 'Suspended' ? { ...one, ...onHold } : one,
  );
  const rows = await database.write(sql`
    with card as (
      update identity.card set status = ${next.status}, ends_at = ${next.endsAt},
        wrong_pins = case when ${counts}::boolean then ${next.wrongPins}::smallint else wrong_pins end,
        locked_at = case when ${counts}::boolean then ${next.lockedAt}::timestamptz else locked_at end,
        replaced_by = ${next.replacedBy}, version = ${next.version},
        key_file = ${keyFile === null ? null : JSON.stringify(keyFile)}::json
      where card_number = ${cardNumber} and version = ${card.version} returning card_number),
    event as (${eventOf(cardNumber, next.version, { kind, data }, by)} from card),
    certificates as (${keepCertificates(certificates)} where exists (select from card)),
    revoked as (${revocationOfCertificates(cardNumber, event, by.at)}),
    ${sessionsOf(cardNumber, event, by.at)}
    audit as (${cardAudit(kind, card, by)} from card)
    select from card`);
  return rows.length === 1;
}

function sessionsOf(cardNumber: string, event: CardEvent, at: Date): Sql {
  if (!endsSessions(event)) return sql``;
  const done = sql`exists (select from card)`;
  return sql`${endingSessions({ card: cardNumber }, 'card-revoked', at, done)},`;
}

function eventOf(
  cardNumber: string,
  version: number,
  { kind, data }: { readonly kind: string; readonly data: object },
  { userId, at }: By,
): Sql {
  return sql`insert into identity.card_event (card_number, version, kind, data, at, by_user)
    select ${cardNumber}::text, ${version}::integer, ${kind}::text, ${JSON.stringify(data)}::json,
      ${at}::timestamptz, ${userId}::text`;
}

function cardAudit(kind: string, { cardNumber, userId }: Card, by: By): Sql {
  const outcome = `${kind}: card ${cardNumber} of ${userId}`;
  return auditLine({ ...by, interaction: 'card', outcome });
}

function revocationOfCertificates(cardNumber: string, event: CardEvent, at: Date): Sql {
  const ofCard = sql`card_number = ${cardNumber} and exists (select from card)`;
  if (event.kind === 'Resumed') {
    return sql`update identity.certificate set revoked_at = null, revocation_reason = null
      where ${ofCard} and revocation_reason = ${CERTIFICATE_HOLD}`;
  }
  const reason = revocationReasonOf(event);
  return sql`${revokingCertificates(reason, at)} where ${ofCard} and ${reason}::smallint is not null
    and ${IS_REVOCABLE}`;
}

/** An `update` without its `where`. What was on hold is revoked from the hold on (X.509 8.5.2.2). */
export function revokingCertificates(reason: number | null, at: Date): Sql {
  return sql`update identity.certificate set revoked_at = coalesce(revoked_at, ${at}::timestamptz),
    revocation_reason = ${reason}::smallint`;
}

/** Of a certificate: not yet, or only for a time. */
export const IS_REVOCABLE = sql`(revoked_at is null or revocation_reason = ${CERTIFICATE_HOLD})`;

/**
 * Notes an entry of the passcode before it is judged, so that nothing can be tried for free: not by many at once, not
 * by pulling the plug. The number of the attempt, 1 to 3; null when there is none left or the card is not in use.
 */
export async function takeAttempt(
  database: Database,
  cardNumber: string,
  status: 'Issued' | 'Active',
  at: Date,
): Promise<{ readonly attempt: number; readonly keyFile: KeyFile } | null> {
  const [row] = await database.write<{ attempt: number; keyFile: KeyFile }>(sql`
    update identity.card set wrong_pins = wrong_pins + 1
    where card_number = ${cardNumber} and status = ${status} and ends_at > ${at}
      and wrong_pins < ${WRONG_PINS_MAX} and locked_at is null and key_file is not null
    returning wrong_pins as attempt, key_file as "keyFile"`);
  return row ?? null;
}

/** The passcode was right. Entries that are still being judged keep their count, unless this was the last one. */
export async function clearAttempts(
  database: Database,
  cardNumber: string,
  attempt: number,
  at: Date,
): Promise<void> {
  await database.write(sql`
    update identity.card set wrong_pins = 0, last_used_at = ${at}
    where card_number = ${cardNumber} and locked_at is null
      and (wrong_pins < ${WRONG_PINS_MAX} or ${attempt}::int = ${WRONG_PINS_MAX})`);
}
