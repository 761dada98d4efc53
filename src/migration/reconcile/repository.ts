import type { Uuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import type { PrescriptionEvent } from '../../prescriptions/rules.ts';
import { idOf } from '../fold/record.ts';
import { IS_HELD } from '../hold/repository.ts';
import type { Group } from '../lx1/read-groups.ts';
import { judgedIn } from '../signatures/repository.ts';
import type { StoredChain } from './chain.ts';
import type { StoredRow } from './new-view.ts';
import type { Circumstances } from './report.ts';

/** All that a comparison does with a store. */
export type Reads = Pick<Database, 'all'>;

/** A record as it is stored, with all that belongs to it. */
export type Stored = StoredRow &
  StoredChain & {
    /** By which our jobs find it. */
    readonly dueOn: string | null;
  };

/** What is asked of the store: ids, messages by their own, and organisations in whose queues they may be. */
export type Asked = {
  readonly ids: readonly string[];
  readonly messageIds: readonly string[];
  readonly organisations: readonly string[];
};

/** What the store has of them. A stay in a queue of any other organisation is found by `invariants`. */
export async function stored(
  database: Reads,
  { ids, messageIds, organisations }: Asked,
): Promise<Map<string, Stored>> {
  const [heads, events, messages] = await Promise.all([
    database.all<Omit<Stored, 'events' | 'messages'>>(sql`
      select p.prescription_id as id, p.version, p.state, p.head_hash as "headHash", p.due_on::text as "dueOn",
        coalesce(w.waits, '{}') as waits,
        array(select issue || ' ' || organisation || ' ' || to_char(released_at at time zone 'UTC', 'YYYYMMDDHH24MISS')
          from prescriptions.release_before r
          where r.prescription_id = p.prescription_id) as had
      from prescriptions.prescription p
      left join (select prescription_id, array_agg(organisation) as waits from prescriptions.download_queue
        where left_at is null and organisation = any(${organisations}::text[])
          and prescription_id = any(${ids}::text[]) group by prescription_id) as w using (prescription_id)
      where p.prescription_id = any(${ids}::text[])`),
    eventsOf(database, ids),
    messagesOf(database, messageIds),
  ]);
  return new Map(
    heads.map((head) => [
      head.id,
      { ...head, events: events.get(head.id) ?? [], messages: messages.get(head.id) ?? [] },
    ]),
  );
}

type EventRow = {
  readonly id: string;
  readonly number: number;
  readonly messageId: Uuid;
  readonly data: PrescriptionEvent;
  readonly hash: Buffer;
};

async function eventsOf(database: Reads, ids: readonly string[]): Promise<Map<string, EventRow[]>> {
  const rows = await database.all<EventRow>(sql`
    select prescription_id as id, number, message_id as "messageId", data, hash
    from prescriptions.event where prescription_id = any(${ids}::text[])
    order by prescription_id, number`);
  return Map.groupBy(rows, ({ id }) => id);
}

/** Messages by the record that they are about: their ids, and the SHA-256 of the bytes that are kept. */
async function messagesOf(
  database: Reads,
  messageIds: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await database.all<{ id: string; message: string }>(sql`
    select prescription_ids[1] as id, upper(message_id::text) || ' ' || encode(sha256(body), 'hex') as message
    from prescriptions.message where message_id = any(${messageIds}::uuid[])`);
  const grouped = Map.groupBy(rows, ({ id }) => id);
  return new Map([...grouped].map(([id, some]) => [id, some.map(({ message }) => message)]));
}

/** Dirty classes that the load found, by id. */
export async function classesOf(
  database: Reads,
  exportId: string,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await database.all<{ place: string; class: string }>(sql`
    select place, class from migration.dirty
    where export_id = ${exportId} and class = any(${CLASSES}::text[]) and place = any(${ids}::text[])`);
  const grouped = Map.groupBy(rows, ({ place }) => place);
  return new Map([...grouped].map(([place, some]) => [place, some.map((row) => row.class)]));
}

const CLASSES = Array.from({ length: 31 }, (_, n) => `D${n}`);

/** The old store's rows of ids that were changed since the export: of these ids, or of all others. */
export async function touched(
  database: Reads,
  ids: readonly string[] | { readonly but: readonly string[] },
): Promise<Map<string, Group>> {
  const rows = await database.all<Group>(
    'but' in ids
      ? sql`select place, rows from migration.touched where not place = any(${ids.but}::text[])`
      : sql`select place, rows from migration.touched where place = any(${ids}::text[])`,
  );
  return new Map(rows.map((group) => [group.place, group]));
}

/** Ids that were changed after a change of the old store, in their order. */
export async function touchedSince(database: Reads, seq: number): Promise<string[]> {
  const rows = await database.all<{ place: string }>(
    sql`select place from migration.touched where change_seq > ${seq} order by place`,
  );
  return rows.map(({ place }) => place);
}

/** The last change of the old store that is in here. */
export async function changeSeq(database: Reads, exportId: string): Promise<number> {
  const [row] = await database.all<{ seq: number }>(
    sql`select change_seq as seq from migration.export where export_id = ${exportId}`,
  );
  return row?.seq ?? 0;
}

/** Dirty classes of which every record is held by the plan. */
export async function holds(database: Reads, exportId: string): Promise<readonly string[]> {
  const [row] = await database.all<{ holds: string[] }>(
    sql`select holds from migration.export where export_id = ${exportId}`,
  );
  return row?.holds ?? [];
}

/** By whose word signatures count here, in PEM; null: nobody has begun to judge them. */
export async function authorities(database: Reads, exportId: string): Promise<string | null> {
  const [row] = await database.all<{ authorities: string | null }>(
    sql`select authorities from migration.export where export_id = ${exportId}`,
  );
  return row?.authorities ?? null;
}

/** The bytes of a message that are kept here; empty where none are. */
export async function bodyOf(database: Reads, messageId: string): Promise<Buffer> {
  const [row] = await database.all<{ body: Buffer }>(
    sql`select body from prescriptions.message where message_id = ${idOf(messageId)}`,
  );
  return row?.body ?? Buffer.alloc(0);
}

/** Keeps that all ids were compared now, by the clock of the store, up to which change, and what came of it. */
export async function keepReport(
  database: Database,
  report: {
    readonly reportId: string;
    readonly exportId: string;
    readonly changeSeq: number;
    readonly differences: number;
  },
): Promise<void> {
  const { reportId, exportId, changeSeq: seq, differences } = report;
  await database.write(sql`
    insert into migration.report (report_id, export_id, change_seq, at, differences)
    values (${reportId}, ${exportId}, ${seq}, clock_timestamp(), ${differences})`);
}

/** All records that came by this export or another way. */
export async function count(database: Reads): Promise<number> {
  const [row] = await database.all<{ count: number }>(
    sql`select count(*)::int as count from prescriptions.prescription`,
  );
  return row?.count ?? 0;
}

/** Of those, the ones that are in a bucket. */
export async function countIn(database: Reads, bucket: number): Promise<number> {
  const [row] = await database.all<{ count: number }>(sql`
    select count(*)::int as count from (
      select sha256(convert_to(prescription_id, 'UTF8')) as hash from prescriptions.prescription) as h
    where get_byte(hash, 0) * 16 + get_byte(hash, 1) / 16 = ${bucket}::int`);
  return row?.count ?? 0;
}

/** Ids of which anything here is of an organisation: it prescribed it, has or had it, or it waits for it. */
export async function idsOf(database: Reads, organisation: string): Promise<Set<string>> {
  const rows = await database.all<{ id: string }>(sql`
    select prescription_id as id from prescriptions.prescription p
    where p.state->>'prescriber' = ${organisation} or exists (
      select from json_array_elements(p.state->'issues') as i
      where i->'holding'->'holder'->'organisation'->>'ods' = ${organisation})
    union select prescription_id from prescriptions.release_before where organisation = ${organisation}
    union select prescription_id from prescriptions.download_queue
      where organisation = ${organisation} and left_at is null`);
  return new Set(rows.map(({ id }) => id));
}

/** For which anything waits, in their order. */
export async function organisationsWaitedFor(database: Reads): Promise<string[]> {
  const rows = await database.all<{ organisation: string }>(sql`
    select distinct organisation from prescriptions.download_queue where left_at is null order by 1`);
  return rows.map(({ organisation }) => organisation);
}

/** Something that is with a dispenser; `holder` is null where no issue says so. */
export type Held = { readonly id: string; readonly issue: number; readonly holder: string | null };

/** The first ones behind an id. */
export function heldBehind(database: Reads, after: string, most: number): Promise<Held[]> {
  return database.all<Held>(sql`
    select p.prescription_id as id, (i->>'number')::int as issue,
      i->'holding'->'holder'->'organisation'->>'ods' as holder
    from (select prescription_id, state from prescriptions.prescription
      where status in ('0002', '0003') and prescription_id > ${after}
      order by prescription_id limit ${most}) as p
    left join lateral json_array_elements(p.state->'issues') as i
      on i->>'status' in ('WithDispenser', 'WithDispenserActive')
    order by 1`);
}

/** When the last of the changes of the old store was that its feed brought, by its own clock; null: it brought none. */
export async function lastChangeAt(database: Reads): Promise<string | null> {
  const [row] = await database.all<{ at: string | null }>(sql`
    select max(p->'row'->>'LAST_UPD_TS') as at
    from migration.touched, json_array_elements(rows->'PRESCRIPTION') as p
    where p->'row'->>'LAST_UPD_TS' between '20000101000000' and to_char(now(), 'YYYYMMDDHH24MISS')`);
  return row?.at ?? null;
}

/** Rows of each table that came, by what the units say [MIGRATION 5, M7]. */
export async function rowsThatCame(
  database: Reads,
  exportId: string,
): Promise<Record<string, number>> {
  const rows = await database.all<{ table: string; count: number }>(sql`
    select key as table, sum(came)::int as count
    from (select key, (value->>0)::int as came from migration.unit, json_each(rows)
        where export_id = ${exportId}
      union all select table_name, came from migration.beside_part
        where export_id = ${exportId}) as counted group by key`);
  return Object.fromEntries(rows.map(({ table, count: some }) => [table, some]));
}

/** Counts by class, and who has prescriptions that a person must decide about [MIGRATION 6]. */
export async function totals(
  database: Reads,
  exportId: string,
): Promise<Pick<Circumstances, 'classes' | 'signatures' | 'held'>> {
  const classes = await database.all<{ class: string; count: number; digest: string }>(sql`
    select class, count(*)::int as count,
      encode(sha256(convert_to(string_agg(place, E'\n' order by place collate "C"), 'UTF8')), 'hex') as digest
    from migration.dirty where export_id = ${exportId} group by class order by class`);
  const [row] = await database.all<{ held: number }>(sql`
    select count(*)::int as held from prescriptions.prescription p where ${IS_HELD}`);
  const { judged, at, bad } = await judgedIn(database, exportId);
  return { classes, signatures: { judged, isAll: at !== null, bad }, held: row?.held ?? 0 };
}
