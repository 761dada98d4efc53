import type { Instant } from '../../kernel/instant.ts';
import { instantOf } from '../../kernel/instant.ts';
import type { Uuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import type { PrescriptionEvent } from '../prescription.ts';
import type { PrescriptionId } from '../prescription-id.ts';

/** Who did something, as the audit trail has it. */
export type Doer = {
  readonly interaction: string | null;
  readonly userId: string | null;
  readonly roleProfile: string | null;
  readonly organisation: string | null;
  readonly asid: string | null;
};

/** One event of a prescription, and who brought it about by which message. */
export type Recorded = {
  /** Counted from one, without gap. */
  readonly number: number;
  readonly at: Instant;
  readonly messageId: Uuid;
  readonly event: PrescriptionEvent;
  readonly by: Doer;
};

/** A message that changed a prescription, as it was received. */
export type KeptMessage = {
  readonly messageId: Uuid;
  readonly interaction: string;
  readonly receivedAt: Instant;
  readonly body: Buffer;
};

/** All that ever happened to a prescription, in its order. The audit line of an event was recorded with it. */
export async function historyOf(database: Database, id: PrescriptionId): Promise<Recorded[]> {
  type Row = Omit<Recorded, 'at' | 'by'> & Doer & { readonly at: Date };
  const rows = await database.all<Row>(sql`
    select e.number, e.at, e.message_id as "messageId", e.data as event, a.interaction,
      a.user_id as "userId", a.role_profile as "roleProfile", a.organisation, a.asid
    from prescriptions.event e
    left join lateral (
      select * from platform.audit where recorded_at = e.recorded_at
        and prescription_id = e.prescription_id and message_id = e.message_id limit 1) a on true
    where e.prescription_id = ${id} order by e.number`);
  return rows.map(({ number, at, messageId, event, ...by }) => ({
    number,
    at: instantOf(at),
    messageId,
    event,
    by,
  }));
}

/** The messages that changed a prescription. */
export async function messagesOf(database: Database, id: PrescriptionId): Promise<KeptMessage[]> {
  const rows = await database.all<Omit<KeptMessage, 'receivedAt'> & { readonly receivedAt: Date }>(
    sql`select m.message_id as "messageId", m.interaction, m.received_at as "receivedAt", m.body
      from prescriptions.message m
      where m.message_id in (select message_id from prescriptions.event where prescription_id = ${id})
        and ${id}::text = any(m.prescription_ids)
      order by m.received_at, m.message_id`,
  );
  return rows.map((row) => ({ ...row, receivedAt: instantOf(row.receivedAt) }));
}

/** When something last happened to each of these. */
export async function lastEventsAt(
  database: Database,
  ids: readonly PrescriptionId[],
): Promise<Map<PrescriptionId, Instant>> {
  const rows = await database.all<{ readonly id: PrescriptionId; readonly at: Date }>(sql`
    select prescription_id as id, max(at) as at from prescriptions.event
    where prescription_id = any(${ids}::text[]) group by prescription_id`);
  return new Map(rows.map(({ id, at }) => [id, instantOf(at)]));
}
