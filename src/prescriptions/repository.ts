import type { Actor } from '../identity/index.ts';
import type { Instant } from '../kernel/instant.ts';
import { brand } from '../kernel/brand.ts';
import type { LondonDate } from '../kernel/london.ts';
import type { Uuid } from '../kernel/uuid.ts';
import type { Database } from '../platform/database.ts';
import { type Sql, sql } from '../platform/sql.ts';
import { CHAIN_START, type ChainedEvent } from './chain.ts';
import type { Known } from './evolve.ts';
import type { Leaving } from './leaving.ts';
import { IS_DUE_LATER, isDownloadLater } from './opening/repository.ts';
import type { OdsCode } from './ods-code.ts';
import type { Outcome } from './outcome.ts';
import type { PrescriptionEvent } from './prescription.ts';
import type { PrescriptionId } from './prescription-id.ts';
import type { QueueChange } from './queue.ts';

/** Something that is done, by whom and when: a message, or what time brings. */
export type Act = {
  readonly messageId: Uuid;
  readonly requestId: Uuid;
  readonly interaction: string;
  readonly actor: Actor;
  readonly at: Instant;
};

/** A message as it came in, and who sent it. */
export type Envelope = Act & {
  readonly body: Buffer;
  /** SHA-256 of the body. */
  readonly digest: Buffer;
  /** The id of the message around the act, where that is another one: an older Spine may have known it by this. */
  readonly frameId?: Uuid;
  /** Whether another body says the same, where one message can be written in several ways. */
  readonly saysSame?: (body: Buffer) => boolean;
  /** What its door writes with the effect, by the outcome: an insert that still takes a condition. */
  readonly alongside?: (outcome: Outcome) => Sql;
};

export type Head = {
  readonly state: Known | null;
  readonly version: number;
  readonly hash: Buffer;
};

/** What a message id was answered before. */
export type Answered = {
  /** Under which the message is kept. */
  readonly messageId: Uuid;
  readonly outcome: Outcome;
  readonly prescriptionIds: readonly PrescriptionId[];
  readonly digest: Buffer;
};

/** The interaction that brings a prescription. */
export const NEW_PRESCRIPTION = 'PORX_IN020101SM31';

export const NO_HEAD: Head = { state: null, version: 0, hash: CHAIN_START };

/** One prescription before and after a message. */
export type Change = {
  readonly id: PrescriptionId;
  readonly nhsNumber: string | null;
  readonly before: Head;
  readonly after: Known;
  readonly status: string;
  readonly expiresOn: LondonDate | null;
  /** When time brings something to it. */
  readonly dueOn: LondonDate | null;
  readonly events: readonly ChainedEvent[];
  readonly queue: readonly QueueChange[];
  readonly leaving: readonly Leaving[];
};

/** The state of one prescription and what this message was answered before, in one round trip. */
export async function load(
  database: Database,
  id: PrescriptionId,
  envelope: Envelope,
): Promise<{ head: Head; answered: Answered | null }> {
  const [row] = await database.all<Partial<HeadRow & AnswerRow>>(sql`
    select p.version, p.state, p.head_hash, m.message_id, m.outcome, m.prescription_ids, m.digest
    from (select 1) as one
    left join prescriptions.prescription p on p.prescription_id = ${id}
    left join lateral (${keptOf(envelope)}) as m on true`);
  return { head: headOf(row ?? {}), answered: answerOf(row ?? {}) };
}

type HeadRow = { version: number; state: Known; head_hash: Buffer };
type AnswerRow = {
  message_id: Uuid;
  outcome: Outcome;
  prescription_ids: PrescriptionId[];
  digest: Buffer;
};

/** The message as it was answered; else the one of its frame's id that came here from an older Spine. */
function keptOf({ messageId, frameId, interaction }: Envelope): Sql {
  const kept = sql`select message_id, outcome, prescription_ids, digest from prescriptions.message`;
  return frameId === undefined
    ? sql`${kept} where message_id = ${messageId} and interaction = ${interaction}`
    : sql`${kept} where message_id in (${messageId}, ${frameId}) and interaction = ${interaction}
        and (message_id = ${messageId} or outcome->>'isRebuilt' is not null)
        order by message_id = ${messageId} desc limit 1`;
}

function headOf(row: { [column in keyof HeadRow]?: HeadRow[column] | null }): Head {
  const { version, state, head_hash: hash } = row;
  return version == null || state == null || hash == null ? NO_HEAD : { version, state, hash };
}

function answerOf(
  row: { [column in keyof AnswerRow]?: AnswerRow[column] | null },
): Answered | null {
  const { message_id: messageId, outcome, prescription_ids: prescriptionIds, digest } = row;
  if (messageId == null || outcome == null || prescriptionIds == null || digest == null) {
    return null;
  }
  return { messageId, outcome, prescriptionIds, digest };
}

export async function answered(database: Database, envelope: Envelope): Promise<Answered | null> {
  const [row] = await database.all<AnswerRow>(keptOf(envelope));
  return row === undefined ? null : answerOf(row);
}

export async function heads(
  database: Pick<Database, 'all'>,
  ids: readonly PrescriptionId[],
): Promise<Map<PrescriptionId, Head>> {
  const rows = await database.all<HeadRow & { prescription_id: PrescriptionId }>(sql`
    select prescription_id, version, state, head_hash
    from prescriptions.prescription where prescription_id = any(${ids}::text[])`);
  return new Map(rows.map((row) => [row.prescription_id, headOf(row)]));
}

/** A prescription in a queue. */
export type Waiting = {
  readonly id: PrescriptionId;
  readonly issue: number;
  /** This very pharmacy had the issue in the store before this one, and nobody nominated it anew since. */
  readonly wasHadBefore: boolean;
};

/** Prescriptions that wait for this pharmacy but for some, the oldest first; none while downloads are not open to it. */
export async function waiting(
  database: Database,
  organisation: OdsCode,
  today: LondonDate,
  { most, but }: { readonly most: number; readonly but: readonly PrescriptionId[] },
): Promise<Waiting[]> {
  const others = but.length === 0 ? sql`` : sql`and prescription_id <> all(${but}::text[])`;
  return database.all<Waiting>(sql`
    select ${WAITING} ${inQueueOf(organisation, today)} and not ${isDownloadLater(organisation)} ${others}
    order by prescribed_at, prescription_id limit ${most}`);
}

const WAITING: Sql = sql`prescription_id as id, issue, coalesce(renominated_by, '') = '' and exists (
  select from prescriptions.release_before r where r.prescription_id = q.prescription_id
    and r.issue = q.issue and r.organisation = q.organisation) as "wasHadBefore"`;

function inQueueOf(organisation: OdsCode, today: LondonDate): Sql {
  return sql`from prescriptions.download_queue q
    where organisation = ${organisation} and left_at is null
      and available_on <= ${today} and expires_on > ${today}`;
}

/** Where a prescription is in the order of a queue. */
export type QueuePlace = { readonly prescribedAt: Date; readonly id: PrescriptionId };
export type Placed = Waiting & QueuePlace;

/** As `waiting`, behind a place, and whether or not downloads are open to it: for who only looks. */
export async function waitingBehind(
  database: Pick<Database, 'all'>,
  organisation: OdsCode,
  today: LondonDate,
  { after, most }: { readonly after: QueuePlace | null; readonly most: number },
): Promise<Placed[]> {
  return database.all<Placed>(sql`
    select ${WAITING}, prescribed_at as "prescribedAt" ${inQueueOf(organisation, today)}
      and (prescribed_at, prescription_id) > (${after?.prescribedAt ?? '-infinity'}::timestamptz, ${after?.id ?? ''})
    order by prescribed_at, prescription_id limit ${most}`);
}

/** Why a pharmacy got nothing: another copy of its message was answered, or downloads are not open to it. */
export async function gotNothing(
  database: Database,
  organisation: OdsCode,
  envelope: Envelope,
): Promise<{ answered: Answered | null; isLater: boolean }> {
  const [row] = await database.all<Partial<AnswerRow> & { isLater: boolean }>(sql`
    select ${isDownloadLater(organisation)} as "isLater", m.*
    from (select 1) as one left join lateral (${keptOf(envelope)}) as m on true`);
  return { answered: answerOf(row ?? {}), isLater: row?.isLater ?? false };
}

/** A place in the order in which time does its work. */
export type DuePlace = { readonly day: LondonDate; readonly id: PrescriptionId };

const FIRST: DuePlace = { day: brand<LondonDate>('0001-01-01'), id: brand<PrescriptionId>('') };

/** Prescriptions to which the earliest day behind a place brings something that is past, or is today; none while that must wait. */
export async function due(
  database: Database,
  today: LondonDate,
  most: number,
  after: DuePlace | null,
): Promise<DuePlace[]> {
  const { day, id } = after ?? FIRST;
  return database.all<DuePlace>(sql`
    select due_on as day, prescription_id as id from prescriptions.prescription
    where due_on = (select min(due_on) from prescriptions.prescription
        where due_on <= ${today}::date and (due_on, prescription_id) > (${day}::date, ${id}))
      and (due_on, prescription_id) > (${day}::date, ${id}) and not ${IS_DUE_LATER}
    order by prescription_id limit ${most}`);
}

/** The first day after this one that brings something to a prescription. */
export async function nextDueOn(database: Database, today: LondonDate): Promise<LondonDate | null> {
  const [row] = await database.all<{ day: LondonDate | null }>(sql`
    select min(due_on) as day from prescriptions.prescription where due_on > ${today}::date`);
  return row?.day ?? null;
}

/** The documents of prescription orders, as they were received. */
export async function orders(
  database: Database,
  messageIds: readonly Uuid[],
): Promise<Map<Uuid, Buffer>> {
  const rows = await database.all<{ message_id: Uuid; body: Buffer }>(sql`
    select message_id, body from prescriptions.message
    where message_id = any(${messageIds}::uuid[]) and interaction = ${NEW_PRESCRIPTION}`);
  return new Map(rows.map((row) => [row.message_id, row.body]));
}

/** Those of which something was found wrong with the signature when they came. */
export async function signedWrongly(
  database: Database,
  ids: readonly PrescriptionId[],
): Promise<PrescriptionId[]> {
  const rows = await database.all<{ id: PrescriptionId }>(sql`
    select prescription_id as id from prescriptions.event
    where prescription_id = any(${ids}::text[]) and kind = 'Created'
      and json_array_length(coalesce(data->'signature'->'findings', '[]')) > 0`);
  return rows.map(({ id }) => id);
}

/** A message as it was received; null when it is not kept. */
export async function received(
  database: Database,
  messageId: Uuid,
  interaction: string,
): Promise<Buffer | null> {
  const [row] = await database.all<{ body: Buffer }>(sql`
    select body from prescriptions.message
    where message_id = ${messageId} and interaction = ${interaction}`);
  return row?.body ?? null;
}

/** Events of prescriptions in order, up to and with those of one message. */
export async function eventsUpTo(
  database: Database,
  ids: readonly PrescriptionId[],
  messageId: Uuid,
): Promise<{ prescriptionId: PrescriptionId; data: PrescriptionEvent }[]> {
  return database.all(sql`
    select e.prescription_id as "prescriptionId", e.data
    from prescriptions.event e
    where e.prescription_id = any(${ids}::text[]) and e.number <= (
      select max(number) from prescriptions.event
      where prescription_id = e.prescription_id and message_id = ${messageId})
    order by e.prescription_id, e.number`);
}

export async function ofPatient(
  database: Database,
  nhsNumbers: readonly string[],
): Promise<PrescriptionId[]> {
  const rows = await database.all<{ prescription_id: PrescriptionId }>(sql`
    select prescription_id from prescriptions.patient_prescription
    where nhs_number = any(${nhsNumbers}::text[]) order by prescription_id`);
  return rows.map((row) => row.prescription_id);
}
