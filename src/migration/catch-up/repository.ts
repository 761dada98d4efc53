import { copyLine, type BulkLoad } from '../../platform/bulk-load.ts';
import { sql } from '../../platform/sql.ts';
import { Trouble } from '../../platform/trouble.ts';
import { idOf, odsOf } from '../fold/record.ts';
import type { Group, Mark } from '../lx1/read-groups.ts';
import { takeTool } from '../tool-lock.ts';
import type { FeedEnd } from './feed-end.ts';

/** Rows that the feed brought are of no part. */
export const FEED_PART = 0;

/** How far the store has come, what it holds by its plan, and how it judges signatures; throws `Trouble` when its export is not loaded, or another tool works on it. */
export async function begin(
  bulk: BulkLoad,
  exportId: string,
): Promise<Pick<Begun, 'holds' | 'authorities'> & { readonly seq: number }> {
  await takeTool(bulk);
  const [row] = await bulk.all<Begun>(sql`
    select change_seq::text as seq, holds, authorities,
      (select state from migration.cut_over c where c.export_id = e.export_id) as state, loaded_at is not null as "isLoaded"
    from migration.export e where export_id = ${exportId}`);
  if (row?.isLoaded !== true) {
    throw new Trouble(`export ${exportId} is not loaded`, 'load it first: spine migrate load');
  }
  if (row.state !== null && !FOLLOWING.has(row.state)) {
    throw new Trouble(
      `the migration stands at ${row.state}: what the old store still writes is not applied here any more`,
      'stop whatever writes there; undo the switch (spine migrate fall-back), or send its messages to this Spine',
    );
  }
  await bulk.all(sql`
    insert into migration.catch_up (export_id, began_at, from_seq)
    values (${exportId}, clock_timestamp(), ${row.seq})
    on conflict (export_id) do update set began_at = excluded.began_at, from_seq = excluded.from_seq,
      reached_at = null`);
  const { seq, holds, authorities } = row;
  return { seq: Number(seq), holds, authorities };
}

/** Keeps how far the feed goes, as somebody has just looked. */
export async function keepFeedEnd(
  bulk: BulkLoad,
  exportId: string,
  { last, lastAt, appliedAt }: FeedEnd,
): Promise<void> {
  await bulk.all(sql`
    update migration.catch_up set last_seq = ${last}, last_commit_at = ${lastAt},
      applied_commit_at = ${appliedAt}, looked_at = clock_timestamp()
    where export_id = ${exportId}`);
}

type Begun = {
  readonly seq: string;
  readonly isLoaded: boolean;
  readonly holds: readonly string[];
  /** By whose word the signatures of orders count; null: nobody has begun to judge them. */
  readonly authorities: string | null;
  readonly state: string | null;
};

/** Until the last change was compared: behind that nothing has an effect in two stores [MIGRATION 9, MF9]. */
const FOLLOWING: ReadonlySet<string> = new Set(['FOLLOWING', 'READY', 'DRAIN', 'FROZEN']);

/** Takes out what the store has of ids, which nobody has used yet: it comes again with what has changed. */
export async function forget(
  bulk: BulkLoad,
  exportId: string,
  groups: readonly Group[],
): Promise<void> {
  const ids = groups.map(({ place }) => place);
  const queued = groups.flatMap(({ place, rows }) =>
    rows.NOM_RELEASE.map(({ row }) => ({ place, organisation: odsOf(row.ORG) })),
  );
  const messages = groups.flatMap(({ rows }) => rows.MESSAGE.map(({ row }) => idOf(row.MSG_ID)));
  await bulk.all(sql`
    with head as (delete from prescriptions.prescription where prescription_id = any(${ids}::text[])
        returning prescription_id, state),
      event as (delete from prescriptions.event where prescription_id = any(${ids}::text[])),
      queue as (delete from prescriptions.download_queue q
        using unnest(${queued.map((one) => one.organisation)}::text[], ${queued.map(({ place }) => place)}::text[])
          as stay(organisation, prescription_id)
        where q.organisation = stay.organisation and q.prescription_id = stay.prescription_id),
      release as (delete from prescriptions.release_before where prescription_id = any(${ids}::text[])),
      patient as (delete from prescriptions.patient_prescription p using head h
        where p.nhs_number = h.state->>'patient' and p.prescription_id = h.prescription_id),
      sent as (delete from migration.sent where place = any(${ids}::text[])),
      signature as (delete from migration.bad_signature where place = any(${ids}::text[])),
      message as (delete from prescriptions.message where message_id = any(${messages}::uuid[])),
      dirty as (delete from migration.dirty where export_id = ${exportId} and place = any(${ids}::text[]))
    delete from migration.quarantine
    where export_id = ${exportId} and part = ${FEED_PART} and place = any(${ids}::text[])`);
}

/** Where the chains of these ids end; nobody else changes them before all of it is done. */
export async function headHashes(
  bulk: BulkLoad,
  ids: readonly string[],
): Promise<Map<string, Buffer>> {
  const rows = await bulk.all<{ id: string; hash: Buffer }>(sql`
    select prescription_id as id, head_hash as hash from prescriptions.prescription
    where prescription_id = any(${ids}::text[]) for update`);
  return new Map(rows.map(({ id, hash }) => [id, hash]));
}

/** The old store's rows of ids that the feed has touched: what comes next is applied to these. */
export async function keepRows(
  bulk: BulkLoad,
  groups: readonly Group[],
  seq: number,
): Promise<void> {
  const places = groups.map(({ place }) => place);
  await bulk.all(sql`delete from migration.touched where place = any(${places}::text[])`);
  const lines = groups.map(({ place, rows }) => copyLine([place, JSON.stringify(rows), seq]));
  await bulk.copy('migration.touched (place, rows, change_seq)', lines.join(''));
}

export async function keptRows(
  bulk: BulkLoad,
  places: readonly string[],
): Promise<Map<string, Group>> {
  const rows = await bulk.all<Group>(
    sql`select place, rows from migration.touched where place = any(${places}::text[])`,
  );
  return new Map(rows.map((group) => [group.place, group]));
}

/** Each part of the export that has ids, and the first of them, in their order. */
export function partsOf(
  bulk: BulkLoad,
  exportId: string,
): Promise<{ part: number; first: string }[]> {
  return bulk.all<{ part: number; first: string }>(sql`
    select part, min(first_place collate "C") as first from migration.unit
    where export_id = ${exportId} group by part order by first`);
}

/** The marks that the load has left in parts, in their order. */
export async function marksOf(
  bulk: BulkLoad,
  exportId: string,
  parts: readonly number[],
): Promise<Map<number, Mark[]>> {
  const rows = await bulk.all<{ part: number; marks: Mark[] }>(sql`
    select part, marks from migration.unit
    where export_id = ${exportId} and part = any(${parts}::integer[]) order by part, first_row`);
  const byPart = new Map<number, Mark[]>(parts.map((part) => [part, []]));
  for (const { part, marks } of rows) byPart.get(part)?.push(...marks);
  return byPart;
}

/** Keeps how far the feed is applied, when the old store committed that, and how many ids it brought that were not known. */
export async function reach(
  bulk: BulkLoad,
  exportId: string,
  { seq, at, newIds }: { readonly seq: number; readonly at: Date | null; readonly newIds: number },
): Promise<void> {
  await bulk.all(sql`
    with pace as (update migration.catch_up set reached_at = clock_timestamp(), applied_commit_at = ${at}
      where export_id = ${exportId})
    update migration.export set change_seq = ${seq}, feed_ids = feed_ids + ${newIds}
    where export_id = ${exportId}`);
}
