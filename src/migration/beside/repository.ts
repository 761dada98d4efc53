import type { Uuid } from '../../kernel/uuid.ts';
import type { BulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import type { BesideTable, Row } from '../lx1/tables.ts';

type Place = { readonly exportId: string; readonly table: BesideTable; readonly key: string };
type Values = Readonly<Record<string, string | null>>;

/** Rows that are kept to be read: nothing else comes of them. */
function isKept(table: BesideTable): boolean {
  return table === 'SITE_STATE' || table === 'CERT_STATUS';
}

export async function stagedParts(bulk: BulkLoad, exportId: string): Promise<Set<string>> {
  const rows = await bulk.all<{ place: string }>(sql`
    select table_name || ' ' || part as place from migration.beside_part
    where export_id = ${exportId}`);
  return new Set(rows.map(({ place }) => place));
}

/** Answers how many of them were not there. */
export async function stageNew(
  bulk: BulkLoad,
  {
    exportId,
    table,
    rows,
  }: Omit<Place, 'key'> & { readonly rows: readonly { key: string; row: Values }[] },
): Promise<number> {
  const added = await bulk.all(sql`
    insert into migration.beside (export_id, table_name, key, row, is_settled)
    select ${exportId}, ${table}, key, row, ${isKept(table)}::boolean
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(key text, row json)
    on conflict do nothing returning key`);
  return added.length;
}

export async function keepPart(
  bulk: BulkLoad,
  part: Omit<Place, 'key'> & {
    readonly part: number;
    readonly came: number;
    readonly twice: number;
  },
): Promise<void> {
  await bulk.all(sql`
    insert into migration.beside_part (export_id, table_name, part, came, twice)
    values (${part.exportId}, ${part.table}, ${part.part}, ${part.came}, ${part.twice})`);
}

export async function put(
  bulk: BulkLoad,
  { exportId, table, key, row }: Place & { readonly row: Values },
): Promise<void> {
  await bulk.all(sql`
    insert into migration.beside (export_id, table_name, key, row, is_settled)
    values (${exportId}, ${table}, ${key}, ${JSON.stringify(row)}, ${isKept(table)}::boolean)
    on conflict (export_id, table_name, key) do update
      set row = excluded.row, is_settled = excluded.is_settled, because = null`);
}

/**
 * A row that is gone there, by `YYYYMMDDHHMMSS`. What was of use by it has ended with it: a nomination, a role from that day
 * on, a card [MIGRATION 5, M15].
 */
export async function end(
  bulk: BulkLoad,
  { exportId, table, key, at }: Place & { readonly at: string },
): Promise<void> {
  await bulk.all(sql`
    with ended as (update migration.beside set is_settled = false, because = null,
        row = (row::jsonb || case table_name
          when 'NOMINATION' then jsonb_build_object('TO_TS', coalesce(row->>'TO_TS', ${at}::text))
          when 'USER_ROLE' then jsonb_build_object('VALID_TO', least(coalesce(row->>'VALID_TO', '99999999'),
            to_char(to_date(left(${at}::text, 8), 'YYYYMMDD') - 1, 'YYYYMMDD')))
          else jsonb_build_object('STATE', 'GONE') end)::json
      where export_id = ${exportId} and table_name = ${table} and key = ${key}
        and table_name in ('NOMINATION', 'USER_ROLE', 'CARD'))
    delete from migration.beside
    where export_id = ${exportId} and table_name = ${table} and key = ${key}
      and table_name not in ('NOMINATION', 'USER_ROLE', 'CARD')`);
}

/** Rows of which nothing is done yet, the first ones behind a key; of those that cannot be, too: they are tried anew. */
export function open<Name extends BesideTable>(
  database: Database,
  { exportId, table, key }: Place & { readonly table: Name },
  most: number,
): Promise<{ key: string; row: Row<Name> }[]> {
  return database.all<{ key: string; row: Row<Name> }>(sql`
    select key, row from migration.beside
    where not is_settled and table_name = ${table} and export_id = ${exportId} and key > ${key}
    order by key limit ${most}`);
}

/** All nominations of these patients. */
export function nominationsOf(
  database: Database,
  exportId: string,
  patients: readonly string[],
): Promise<{ patient: string; key: string; row: Row<'NOMINATION'> }[]> {
  return database.all<{ patient: string; key: string; row: Row<'NOMINATION'> }>(sql`
    select p.patient, b.key, b.row from unnest(${patients}::text[]) as p(patient)
    join migration.beside b on b.export_id = ${exportId} and b.table_name = 'NOMINATION'
      and b.key >= p.patient || ' ' and b.key < p.patient || '!'
    order by b.key`);
}

/** Notes of rows, as they were read, that what they say is done; or why it is not. */
export async function mark(
  database: Database,
  { exportId, table }: Omit<Place, 'key'>,
  marks: readonly { readonly key: string; readonly row: object; readonly because: string | null }[],
): Promise<void> {
  await database.write(sql`
    update migration.beside b set is_settled = m.because is null, because = m.because
    from jsonb_to_recordset(${JSON.stringify(marks)}::jsonb) as m(key text, row jsonb, because text)
    where b.export_id = ${exportId} and b.table_name = ${table} and b.key = m.key and b.row::jsonb = m.row`);
}

/** Sessions of the old store are over with it: they are not taken over, and the audit trail says so [MIGRATION 5, M15]. */
export async function endSessions(database: Database, exportId: string, at: Date): Promise<void> {
  await database.write(sql`
    with ended as (update migration.beside set is_settled = true
      where export_id = ${exportId} and table_name = 'SESSION' and not is_settled returning row)
    insert into platform.audit (at, interaction, request_id, user_id, role_profile, session, outcome)
    select ${at}::timestamptz, 'session-end', gen_random_uuid(), row->>'USER_ID', row->>'ROLE_PROFILE',
      row->>'SESSION_ID', 'ended by the migration' from ended`);
}

/** What there is of each table: how much came, is done, and is not for which reason. */
export type BesideCount = {
  readonly table: string;
  readonly rows: number;
  readonly settled: number;
  readonly because: Readonly<Record<string, number>>;
};

export function besideCounts(database: Database, exportId: string): Promise<BesideCount[]> {
  return database.all<BesideCount>(sql`
    select table_name as table, sum(count)::int as rows,
      coalesce(sum(count) filter (where is_settled), 0)::int as settled,
      coalesce(json_object_agg(because, count) filter (where because is not null), '{}') as because
    from (select table_name, is_settled, because, count(*)::int as count from migration.beside
      where export_id = ${exportId} group by 1, 2, 3) as counted
    group by table_name order by table_name`);
}

/** A message that the old store has not delivered; null: what is not there. */
export type Undelivered = Queued & {
  readonly party: string | null;
  readonly interaction: string | null;
  readonly body: Buffer | null;
  readonly conversation: string | null;
  readonly refTo: string | null;
};

/** Messages of the outbox by their keys, and under which id each is known here. */
export type Queued = { readonly key: string; readonly id: Uuid };

/** The first ones behind a key, of those that have left from here or have not. */
export async function queued(
  bulk: BulkLoad,
  place: { readonly exportId: string; readonly key: string; readonly hasLeft: boolean },
  most: number,
): Promise<string[]> {
  const rows = await bulk.all<{ key: string }>(sql`
    select key from migration.beside where export_id = ${place.exportId} and table_name = 'OUTBOX'
      and is_settled = ${place.hasLeft}::boolean and key > ${place.key} order by key limit ${most}`);
  return rows.map(({ key }) => key);
}

export function undelivered(
  bulk: BulkLoad,
  exportId: string,
  some: readonly Queued[],
): Promise<Undelivered[]> {
  return bulk.all<Undelivered>(sql`
    select q.key, q.id, m.interaction, m.body, s.conversation, s.ref_to as "refTo",
      coalesce((select party_key from directory.accredited_system a where a.asid = b.row->>'TO_SYSTEM'),
        (select party_key from directory.message_handler h where h.party_key = b.row->>'TO_SYSTEM' limit 1)) as party
    from unnest(${some.map(({ key }) => key)}::text[], ${some.map(({ id }) => id)}::uuid[]) as q(key, id)
    join migration.beside b on b.export_id = ${exportId} and b.table_name = 'OUTBOX' and b.key = q.key
    left join migration.sent s on s.message_id = q.id
    left join prescriptions.message m on m.message_id = s.message_id
    order by q.key`);
}

/** Puts among what is delivered what can be, and notes of the rest why not. */
export async function deliver(
  bulk: BulkLoad,
  exportId: string,
  some: readonly (Omit<Undelivered, 'body'> & {
    readonly because: string | null;
    readonly payload: string | null;
  })[],
): Promise<void> {
  const given = some.map(
    ({ key, id, party, interaction, conversation, refTo, because, payload }) => ({
      key,
      id,
      party,
      interaction,
      conversation,
      refTo,
      because,
      payload,
    }),
  );
  await bulk.all(sql`
    with given as (select * from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as g(key text, id uuid, party text,
        interaction text, conversation text, "refTo" text, because text, payload text)),
    marked as (update migration.beside b set is_settled = g.because is null, because = g.because
      from given g where b.export_id = ${exportId} and b.table_name = 'OUTBOX' and b.key = g.key)
    insert into gateways.delivery (message_id, party, interaction, conversation_id, ref_to_message_id, payload,
      queued_at, next_at, held_until)
    select id, party, interaction, conversation, "refTo", payload, now(), now(), now()
    from given where because is null on conflict (message_id) do nothing`);
}

/** Those of them that are not delivered yet are the old store's again. */
export async function takeBack(
  bulk: BulkLoad,
  exportId: string,
  some: readonly Queued[],
): Promise<void> {
  await bulk.all(sql`
    with q as (select * from unnest(${some.map(({ key }) => key)}::text[],
        ${some.map(({ id }) => id)}::uuid[]) as q(key, id)),
    taken as (delete from gateways.delivery d using q
      where d.message_id = q.id and d.ended_at is null returning q.key)
    update migration.beside b set is_settled = false from taken t
    where b.export_id = ${exportId} and b.table_name = 'OUTBOX' and b.key = t.key`);
}
