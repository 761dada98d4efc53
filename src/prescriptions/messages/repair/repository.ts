import type { Uuid } from '../../../kernel/uuid.ts';
import type { Database } from '../../../platform/database.ts';
import { sql } from '../../../platform/sql.ts';
import type { PrescriptionEvent } from '../../prescription.ts';
import type { PrescriptionId } from '../../prescription-id.ts';

type Reads = Pick<Database, 'all'>;

/** The number of the last event of a record that a message caused; null: it caused none. */
export async function lastCausedBy(
  database: Reads,
  id: PrescriptionId,
  message: Uuid,
): Promise<number | null> {
  const [row] = await database.all<{ last: number | null }>(sql`
    select max(number) as last from prescriptions.event
    where prescription_id = ${id} and message_id = ${message}`);
  return row?.last ?? null;
}

/** All that happened to a record, in its order. */
export function eventsOf(
  database: Reads,
  id: PrescriptionId,
): Promise<{ messageId: Uuid; data: PrescriptionEvent }[]> {
  return database.all(sql`
    select message_id as "messageId", data from prescriptions.event
    where prescription_id = ${id} order by number`);
}
