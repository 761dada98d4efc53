import type { Uuid } from '../../kernel/uuid.ts';
import { type Database, violatedConstraint } from '../../platform/database.ts';
import type { Depth } from '../../platform/depths.ts';
import { type Sql, sql } from '../../platform/sql.ts';

/** One message as a party sent it. */
export type Transmission = {
  readonly party: string;
  readonly messageId: Uuid;
  readonly conversationId: string;
  readonly cpaId: string;
  readonly interaction: string;
  readonly asids: readonly string[];
  readonly isReliable: boolean;
  readonly receivedAt: Date;
  /** IP address that it came from; null of what was taken in before that was kept. */
  readonly sourceAddress: string | null;
  /** SHA-256 of the payload. */
  readonly digest: Buffer;
  readonly payload: Buffer;
};

/** What is known of a message that came before. */
export type KnownTransmission = {
  readonly digest: Buffer;
  readonly receivedAt: Date;
  readonly isAnswered: boolean;
  /** Null: not answered yet, or so long ago that the answer was forgotten, or too long to be kept. */
  readonly answer: string | null;
};

type Key = Pick<Transmission, 'party' | 'messageId'>;

const KNOWN = sql`digest, received_at as "receivedAt", answered_at is not null as "isAnswered", answer`;

export async function findTransmission(
  database: Database,
  { party, messageId }: Key,
): Promise<KnownTransmission | null> {
  const [row] = await database.all<KnownTransmission>(sql`
    select ${KNOWN} from gateways.transmission where party = ${party} and message_id = ${messageId}::uuid`);
  return row ?? null;
}

/**
 * Takes a message in before it is answered; for so long this process has it in hand, at its first attempt, or
 * nobody has (0). Answers false if it was there.
 */
export async function takeIn(
  database: Database,
  transmission: Transmission,
  holdMs: number,
): Promise<boolean> {
  const rows = await database.write(sql`
    insert into gateways.transmission ${COLUMNS}
    values (${valuesOf(transmission)}, ${transmission.payload}, null, null, ${heldFor(holdMs)}, ${holdMs > 0 ? 1 : 0})
    on conflict (party, message_id) do nothing returning party`);
  return rows.length === 1;
}

const COLUMNS = sql`(party, message_id, conversation_id, cpa_id, interaction, asids, is_reliable,
  received_at, source_address, digest, payload, answer, answered_at, held_until, attempts)`;

function valuesOf(transmission: Transmission): Sql {
  const { party, messageId, conversationId, cpaId, interaction, asids } = transmission;
  const { isReliable, receivedAt, sourceAddress, digest } = transmission;
  return sql`${party}::text, ${messageId}::uuid, ${conversationId}::text, ${cpaId}::text, ${interaction}::text,
    ${asids}::text[], ${isReliable}::boolean, ${receivedAt}::timestamptz,
    ${sourceAddress}::text, ${digest}::bytea`;
}

function heldFor(ms: number): Sql {
  return sql`now() + make_interval(secs => ${ms / 1000})`;
}

/** Keeps the answer to a message, taken in before or not; the first one stays. Null: that it was answered, alone. */
export async function keepAnswer(
  database: Database,
  transmission: Transmission,
  { answer, at }: Kept,
): Promise<void> {
  await database.write(sql`
    insert into gateways.transmission as t ${COLUMNS}
    values (${valuesOf(transmission)}, null, ${answer}::text, ${at}::timestamptz, now(), 1)
    on conflict (party, message_id) do update
      set answer = excluded.answer, answered_at = coalesce(t.answered_at, excluded.answered_at), payload = null
      where t.answer is null and (t.answered_at is null or excluded.answer is not null)`);
}

export type Kept = { readonly answer: string | null; readonly at: Date };

/** What keeps a message with its answer as part of the statement that has its effect; null: that it was answered, alone. */
export function keptAlongside(transmission: Transmission, { answer, at }: Kept): Sql {
  return sql`insert into gateways.transmission ${COLUMNS}
    select ${valuesOf(transmission)}, null::bytea, ${answer}::text, ${at}::timestamptz, now(), 1`;
}

/** Whether a statement with `keptAlongside` in it was not done because the id of the transmission is known. */
export function isKnownTransmission(error: unknown): boolean {
  return violatedConstraint(error) === 'transmission_pkey';
}

/** As `keepAnswer`, of a message that should be new; answers false, and keeps nothing, if it was there. */
export async function keepNew(
  database: Database,
  transmission: Transmission,
  kept: Kept,
): Promise<boolean> {
  const rows = await database.write(sql`
    ${keptAlongside(transmission, kept)} on conflict (party, message_id) do nothing returning party`);
  return rows.length === 1;
}

/** What leaves for a party: a row of the outbox. */
export type Leaving = { readonly topic: string; readonly key: string; readonly body: object };

/** Notes that a message that was taken in is answered, and sends the answer on its way: once, and both or neither. */
export async function keepAnswerAndSend(
  database: Database,
  { party, messageId }: Key,
  { at, leaving }: { readonly at: Date; readonly leaving: Leaving },
): Promise<void> {
  await database.write(sql`
    with answered as (update gateways.transmission
      set answered_at = ${at}, payload = null
      where party = ${party} and message_id = ${messageId}::uuid and answered_at is null returning party)
    insert into platform.outbox (bucket, topic, destination, key, body, due_at)
    select (get_byte(sha256(party::bytea), 0) % 64)::smallint, ${leaving.topic}::text, party,
      ${leaving.key}::text, ${JSON.stringify(leaving.body)}::json, now() from answered`);
}

export async function isAnyWaiting(database: Database): Promise<boolean> {
  const rows = await database.all(sql`
    select 1 from gateways.transmission where answered_at is null and held_until < now() limit 1`);
  return rows.length > 0;
}

/** Messages of systems that were taken in and have no answer yet. */
export async function transmissionDepth(database: Database): Promise<Depth> {
  const [row] = await database.all<Omit<Depth, 'name'>>(sql`
    select count(*)::int as count, min(received_at) as "oldestAt" from gateways.transmission
    where answered_at is null`);
  return { name: 'messages of HL7 V3 to be answered', ...(row ?? { count: 0, oldestAt: null }) };
}

export type WaitingTransmission = Transmission & { readonly attempts: number };

/** Takes messages in hand that nobody has; the oldest first. `areSuspects`: those that were tried more than once. */
export function takeWaiting(
  database: Database,
  {
    most,
    areSuspects,
    holdMs,
  }: { readonly most: number; readonly areSuspects: boolean; readonly holdMs: number },
): Promise<WaitingTransmission[]> {
  return database.write<WaitingTransmission>(sql`
    update gateways.transmission t set held_until = ${heldFor(holdMs)}, attempts = attempts + 1
    from (select party, message_id from gateways.transmission
      where answered_at is null and held_until < now() and (attempts > 1) = ${areSuspects}
      order by held_until limit ${most} for update skip locked) w
    where t.party = w.party and t.message_id = w.message_id
    returning t.party, t.message_id as "messageId", conversation_id as "conversationId", cpa_id as "cpaId",
      interaction, asids, is_reliable as "isReliable", received_at as "receivedAt",
      source_address as "sourceAddress", digest, payload, attempts`);
}

/** Forgets answers that nobody will ask for any more; that the messages came stays known. */
export async function forgetAnswers(database: Database, before: Date): Promise<void> {
  await database.write(sql`
    update gateways.transmission set answer = null
    where answer is not null and answered_at < ${before}`);
}
