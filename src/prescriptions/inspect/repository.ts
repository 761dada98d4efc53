import type { Uuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import type { PrescriptionId } from '../prescription-id.ts';

/** What is looked for; each kind of id that it may be. */
export type Sought = {
  readonly text: string;
  readonly uuid: Uuid | null;
  readonly prescription: PrescriptionId | null;
};

/** One message on its way in or out, or one line of the audit trail about it. Nothing of a patient. */
export type Trace = {
  readonly at: Date;
  readonly kind: 'in' | 'done' | 'waiting' | 'out';
  /** Of the transmission; of what was done, the id of the request. */
  readonly id: string;
  /** Of the business message; null where only its transmission is known. */
  readonly messageId: string | null;
  readonly conversationId: string | null;
  /** Of a message that leaves: what it answers. */
  readonly answers: string | null;
  readonly interaction: string;
  /** Party key of HL7 V3, else ODS code. */
  readonly party: string | null;
  readonly prescription: PrescriptionId | null;
  readonly state: string;
};

/** Whatever is known of an id, in order of time: of a message, of its transmission, of a conversation or of a prescription. */
export async function findTraces(database: Database, sought: Sought): Promise<Trace[]> {
  const { text, uuid, prescription } = sought;
  const ids = await askedIds(database, sought);
  return database.all<Trace>(sql`
    with done as (
      select * from platform.audit
      where request_id = any(${ids}::uuid[]) or message_id = any(${ids}::uuid[])
        or prescription_id = ${prescription}::text
    ), request as (
      select unnest(${ids}::uuid[]) as id union select request_id from done
    ), received as (
      select t.* from gateways.transmission t join request on t.message_id = request.id
    ), sent as (
      select * from gateways.delivery
      where message_id = ${uuid}::uuid or conversation_id = ${text}
        or ref_to_message_id in (select upper(id::text) from request)
    ), waiting as (
      select * from platform.outbox
      where key in (select id::text from request union select message_id::text from done
        union select message_id || ' prescription' from done)
    )
    select * from (
      select received_at as at, 'in' as kind, message_id::text as id, null as "messageId",
        conversation_id as "conversationId", null as answers, interaction, party, null as prescription,
        case when answered_at is null then 'waiting' else 'answered' end as state from received
      union all select at, 'done', request_id::text, message_id::text, null, null, interaction, organisation,
        prescription_id, outcome from done
      union all select due_at, 'waiting', key, null, body->>'conversationId', lower(body->>'refToMessageId'), topic,
        destination, body->>'prescription', 'in the outbox' from waiting
      union all select queued_at, 'out', message_id::text, null, conversation_id, lower(ref_to_message_id),
        interaction, party, null, concat_ws(', ', coalesce(end_state, 'waiting'), 'attempt ' || attempts, last_failure)
      from sent) as trace order by at, kind`);
}

/** Itself, and the transmissions of a conversation, or of the message that an answer is to. */
async function askedIds(database: Database, { text, uuid }: Sought): Promise<Uuid[]> {
  const rows = await database.all<{ readonly id: Uuid }>(sql`
    select id from (
      select ${uuid}::uuid as id
      union select message_id from gateways.transmission where conversation_id = ${text}
      union select ref_to_message_id::uuid from gateways.delivery
        where message_id = ${uuid}::uuid or conversation_id = ${text}) as asked
    where id is not null`);
  return rows.map(({ id }) => id);
}
