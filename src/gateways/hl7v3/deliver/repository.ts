import { sourceAddress } from '../../../platform/audit/source.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import type { Database } from '../../../platform/database.ts';
import type { Depth } from '../../../platform/depths.ts';
import { sql } from '../../../platform/sql.ts';

/** A message that waits to leave. */
export type Delivery = {
  readonly messageId: Uuid;
  readonly party: string;
  readonly interaction: string;
  readonly conversationId: string;
  readonly refToMessageId: string;
  readonly payload: string;
  /** When it was first taken in hand to be sent. */
  readonly queuedAt: Date;
  /** With this one. */
  readonly attempts: number;
  /** Of what it is a part [W3C-TRACE]; null: it is not followed. */
  readonly traceparent: string | null;
};

/** A row of the outbox. Its time as text: a Date has no microseconds. */
export type Left<Body> = {
  readonly bucket: number;
  readonly id: number;
  readonly dueAt: string;
  readonly destination: string;
  readonly key: string;
  readonly body: Body;
};

/** What waits in the outbox on a topic; the oldest first. */
export function leftOn<Body>(
  database: Database,
  topic: string,
  most: number,
): Promise<Left<Body>[]> {
  return database.all<Left<Body>>(sql`
    select bucket, id, due_at::text as "dueAt", destination, key, body from platform.outbox
    where topic = ${topic} and due_at <= now() order by due_at limit ${most}`);
}

type Place = Pick<Left<unknown>, 'bucket' | 'id' | 'dueAt'>;

export type Started = Place & Omit<Delivery, 'queuedAt' | 'attempts'> & { readonly topic: string };

/** Takes messages out of the outbox and among what is delivered: both or neither, each once. */
export async function startDeliveries(
  database: Database,
  started: readonly Started[],
  at: Date,
): Promise<void> {
  await database.write(sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(started)}::jsonb) as g(bucket smallint, id bigint,
        "dueAt" timestamptz, topic text, "messageId" uuid, party text, interaction text, "conversationId" text,
        "refToMessageId" text, payload text, traceparent text)
    ), taken as (
      delete from platform.outbox o using given g
      where o.bucket = g.bucket and o.due_at = g."dueAt" and o.id = g.id and o.topic = g.topic
      returning g.*
    )
    insert into gateways.delivery (message_id, party, interaction, conversation_id, ref_to_message_id, payload,
      queued_at, next_at, held_until, traceparent)
    select "messageId", party, interaction, "conversationId", "refToMessageId", payload,
      ${at}::timestamptz, ${at}::timestamptz, now(), traceparent
    from taken on conflict (message_id) do nothing`);
}

/** Lets a row of the outbox wait that nobody could make a message of: an hour, and no other waits with it. */
export async function leaveForLater(
  database: Database,
  { bucket, id, dueAt }: Place,
): Promise<void> {
  await database.write(sql`
    update platform.outbox set due_at = now() + interval '1 hour', attempts = attempts + 1
    where bucket = ${bucket} and due_at = ${dueAt}::timestamptz and id = ${id}`);
}

/** Whether anything waits in the outbox, or is due. */
export async function isAnyLeaving(
  database: Database,
  topics: readonly string[],
  at: Date,
): Promise<boolean> {
  const [row] = await database.all<{ readonly isAny: boolean }>(sql`
    select exists (
      select from platform.outbox where topic = any(${topics}::text[]) and due_at <= now()) or exists (
      select from gateways.delivery where ended_at is null and next_at <= ${at} and held_until < now()) as "isAny"`);
  return row?.isAny ?? false;
}

/** Takes in hand what is due and nobody has: a few of each party, none of those that have one under way here. */
export function takeDeliveries(
  database: Database,
  taking: {
    readonly at: Date;
    readonly most: number;
    readonly ofParty: number;
    readonly busy: readonly string[];
    readonly holdMs: number;
  },
): Promise<Delivery[]> {
  const { at, most, ofParty, busy, holdMs } = taking;
  return database.write<Delivery>(sql`
    update gateways.delivery d
    set held_until = now() + make_interval(secs => ${holdMs / 1000}), attempts = attempts + 1
    from (select message_id from gateways.delivery
      where ended_at is null and next_at <= ${at} and held_until < now() and message_id in (
        select message_id from (
          select message_id, next_at, row_number() over (partition by party order by next_at) as place
          from gateways.delivery
          where ended_at is null and next_at <= ${at} and held_until < now() and party <> all(${busy}::text[])
        ) as due where place <= ${ofParty} order by next_at limit ${most})
      for update skip locked) as taken
    where d.message_id = taken.message_id
    returning d.message_id as "messageId", d.party, d.interaction, d.conversation_id as "conversationId",
      d.ref_to_message_id as "refToMessageId", d.payload, d.queued_at as "queuedAt", d.attempts, d.traceparent`);
}

export type End = 'acknowledged' | 'refused' | 'given-up';

/** The first end stays. A message that was not acknowledged is kept for a time, and has its audit line with it. */
export async function endDelivery(
  database: Database,
  { messageId, party }: Pick<Delivery, 'messageId' | 'party'>,
  { end, reason, at }: { readonly end: End; readonly reason: string | null; readonly at: Date },
): Promise<void> {
  await database.write(sql`
    with ended as (update gateways.delivery
      set ended_at = ${at}, end_state = ${end}::text, last_failure = ${reason}::text,
        payload = case when ${end}::text <> 'acknowledged' then payload end
      where message_id = ${messageId}::uuid and ended_at is null returning interaction)
    insert into platform.audit (at, interaction, request_id, message_id, session, outcome)
    select ${at}, interaction, ${messageId}::uuid, ${messageId}::uuid, ${party}::text, ${end}::text
    from ended where ${end}::text <> 'acknowledged'`);
}

/** Lets another attempt come at a time. */
export async function postponeDelivery(
  database: Database,
  { messageId }: Pick<Delivery, 'messageId'>,
  { reason, nextAt }: { readonly reason: string; readonly nextAt: Date },
): Promise<void> {
  await database.write(sql`
    update gateways.delivery set next_at = ${nextAt}, last_failure = ${reason}, held_until = now()
    where message_id = ${messageId}::uuid and ended_at is null`);
}

/** Messages that wait for the endpoint of a supplier. */
export async function deliveryDepth(database: Database): Promise<Depth> {
  const [row] = await database.all<Omit<Depth, 'name'>>(sql`
    select count(*)::int as count, min(queued_at) as "oldestAt" from gateways.delivery where ended_at is null`);
  return { name: 'messages of HL7 V3 to suppliers', ...(row ?? { count: 0, oldestAt: null }) };
}

const LATE_SECONDS = 900; // [EXPERIENCE 6.3]

/** Parties for which messages wait for a quarter of an hour, or were given up or refused within the last one. */
export function lateDeliveries(
  database: Database,
  at: Date,
): Promise<{ readonly party: string; readonly waiting: number; readonly lost: number }[]> {
  const before = sql`${at}::timestamptz - make_interval(secs => ${LATE_SECONDS})`;
  return database.all(sql`
    select party, sum(waiting)::int as waiting, sum(lost)::int as lost from (
      select party, 1 as waiting, 0 as lost from gateways.delivery
      where ended_at is null and queued_at < ${before}
      union all
      select party, 0, 1 from gateways.delivery
      where end_state in ('refused', 'given-up') and ended_at > ${before}
    ) as late group by party order by party`);
}

/** A message that no supplier took. */
export type LostDelivery = Pick<Delivery, 'messageId' | 'party' | 'interaction'> & {
  readonly endedAt: Date;
  readonly end: Exclude<End, 'acknowledged'>;
  readonly reason: string | null;
  /** What it said is not kept any more: it cannot be sent again. */
  readonly isForgotten: boolean;
};

/** The last of them first; of one party, or of all. */
export function lostDeliveries(
  database: Database,
  { most, party = null }: { readonly most: number; readonly party?: string | null },
): Promise<LostDelivery[]> {
  return database.all<LostDelivery>(sql`
    select message_id as "messageId", party, interaction, ended_at as "endedAt", end_state as end,
      last_failure as reason, payload is null as "isForgotten"
    from gateways.delivery
    where end_state in ('refused', 'given-up') and (${party}::text is null or party = ${party}::text)
    order by ended_at desc limit ${most}`);
}

/** Null: there is none, or it was taken, or waits. */
export async function lostDelivery(
  database: Database,
  messageId: Uuid,
): Promise<LostDelivery | null> {
  const [row] = await database.all<LostDelivery>(sql`
    select message_id as "messageId", party, interaction, ended_at as "endedAt", end_state as end,
      last_failure as reason, payload is null as "isForgotten"
    from gateways.delivery where message_id = ${messageId}::uuid and end_state in ('refused', 'given-up')`);
  return row ?? null;
}

/** Who has messages sent again, and why. */
export type Requeueing = {
  readonly at: Date;
  readonly reason: string;
  readonly by: {
    readonly userId: string | null;
    readonly roleProfile: string | null;
    readonly organisation: string | null;
    readonly session: string;
  };
};

/**
 * Has messages that nobody took tried anew, for as long as at first and under the ids that they had, so that whoever did
 * take one knows it again. Each has its audit line with it. Answers those that wait now.
 */
export async function requeueDeliveries(
  database: Database,
  messageIds: readonly Uuid[],
  { at, reason, by }: Requeueing,
): Promise<readonly Uuid[]> {
  const rows = await database.write<{ messageId: Uuid }>(sql`
    with requeued as (
      update gateways.delivery set ended_at = null, end_state = null, attempts = 0, queued_at = ${at}, next_at = ended_at,
        held_until = now()
      where message_id = any(${messageIds}::uuid[]) and end_state in ('refused', 'given-up') and payload is not null
      returning message_id, party, interaction
    ), line as (
      insert into platform.audit (at, interaction, request_id, message_id, user_id, role_profile, organisation, session,
        source_address, outcome)
      select ${at}, interaction, message_id, message_id, ${by.userId}::text, ${by.roleProfile}::text,
        ${by.organisation}::text, ${by.session}::text, ${sourceAddress()}::text, 'requeued: ' || ${reason}::text from requeued
    )
    select message_id as "messageId" from requeued`);
  return rows.map(({ messageId }) => messageId);
}

/** What ended before is not kept in its words any more; that it ended is. */
export async function forgetLost(database: Database, before: Date): Promise<void> {
  await database.write(sql`
    update gateways.delivery set payload = null
    where end_state in ('refused', 'given-up') and payload is not null and ended_at < ${before}`);
}
