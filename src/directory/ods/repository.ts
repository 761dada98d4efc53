import { randomUUID } from 'node:crypto';

import { present } from '../../kernel/bug.ts';
import type { LondonDate } from '../../kernel/london.ts';
import { type BulkLoad, copyLine } from '../../platform/bulk-load.ts';
import { sql } from '../../platform/sql.ts';
import type { Link, OdsRecord } from './record.ts';

export type Refusal = {
  readonly row: number;
  readonly ods: string | null;
  readonly reason: string;
};

/** Rows of a file that are kept together. */
export type Chunk = {
  /** How many rows of the file come before it, and how many are in it. */
  readonly after: number;
  rows: number;
  readonly records: Map<string, OdsRecord>;
  readonly links: Link[];
  readonly refusals: Refusal[];
};

export function emptyChunk(after: number): Chunk {
  return { after, rows: 0, records: new Map(), links: [], refusals: [] };
}

const LOCK = 'openspine ods import';

/** For as long as the connection lasts; false when another one has it. */
export async function lockImports(load: BulkLoad): Promise<boolean> {
  const [row] = await load.all<{ isMine: boolean }>(sql`
    select pg_try_advisory_lock(hashtextextended(${LOCK}, 0)) as "isMine"`);
  return row?.isMine === true;
}

/** Tables of this connection alone, empty again after each chunk. */
export async function stageTables(load: BulkLoad): Promise<void> {
  await load.all(sql`
    create temporary table staged_organisation (ods text primary key, name text, record_class smallint,
      is_active boolean, address_lines text, city text, county text, postcode text, country text, telephone text,
      contacts jsonb, opened_on date, closed_on date, last_changed_on date) on commit delete rows`);
  await load.all(sql`
    create temporary table staged_role (ods text, unique_id text, role_id text, is_primary boolean,
      is_active boolean, starts_on date, ends_on date) on commit delete rows`);
  await load.all(sql`
    create temporary table staged_link (kind text, ods text, unique_id text, relation_id text, target_ods text,
      is_active boolean, starts_on date, ends_on date) on commit delete rows`);
  // What of the organisations was new or newer, and so replaced what was there.
  await load.all(
    sql`create temporary table staged_kept (ods text primary key) on commit delete rows`,
  );
}

/** A run of the same file that was broken off goes on. */
export async function beginImport(
  load: BulkLoad,
  { name, digest }: { readonly name: string; readonly digest: Buffer },
  at: Date,
): Promise<{ readonly importId: string; readonly rowsDone: number }> {
  const [open] = await load.all<{ importId: string; rowsDone: number }>(sql`
    select import_id as "importId", rows_done as "rowsDone" from directory.ods_import
    where file_digest = ${digest} and finished_at is null order by began_at desc limit 1`);
  if (open !== undefined) return open;
  const importId = randomUUID();
  await load.all(sql`
    insert into directory.ods_import (import_id, file_name, file_digest, began_at)
    values (${importId}::uuid, ${name}, ${digest}, ${at})`);
  return { importId, rowsDone: 0 };
}

/** All of it with its audit line, or nothing. */
export async function keepChunk(
  load: BulkLoad,
  importId: string,
  chunk: Chunk,
  at: Date,
): Promise<void> {
  if (chunk.rows === 0) return;
  await load.together(async () => {
    await stage(load, chunk);
    const { added, changed } = await mergeOrganisations(load, importId, at);
    await mergeRoles(load);
    await takeLinks(load);
    const refusals = chunk.refusals.map(({ row, ods, reason }) =>
      copyLine([importId, row, ods, reason]),
    );
    await load.copy(
      'directory.ods_refusal (import_id, row_number, ods, reason)',
      refusals.join(''),
    );
    const rowsDone = chunk.after + chunk.rows;
    await load.all(sql`
      with told as (insert into platform.audit (at, interaction, request_id, outcome)
        values (${at}, 'ods-import', ${importId}::uuid,
          ${`rows ${chunk.after + 1} to ${rowsDone}: ${added} added, ${changed} changed, ${chunk.refusals.length} refused`}))
      update directory.ods_import set added = added + ${added}, changed = changed + ${changed},
        rows_done = greatest(rows_done, ${rowsDone}) where import_id = ${importId}::uuid`);
  });
}

const bool = (value: boolean): string => (value ? 't' : 'f');

async function stage(load: BulkLoad, { records, links }: Chunk): Promise<void> {
  const organisations = [...records.values()];
  const rows = organisations.map((one) =>
    copyLine([
      one.ods,
      one.name,
      one.recordClass,
      bool(one.isActive),
      one.addressLines.join('\n'),
      one.city,
      one.county,
      one.postcode,
      one.country,
      one.telephone,
      JSON.stringify(one.contacts),
      one.openedOn,
      one.closedOn,
      one.lastChangedOn,
    ]),
  );
  await load.copy('staged_organisation', rows.join(''));
  const roles = organisations.flatMap(({ ods, roles: all }) =>
    all.map(({ uniqueId, roleId, isPrimary, isActive, startsOn, endsOn }) =>
      copyLine([ods, uniqueId, roleId, bool(isPrimary), bool(isActive), startsOn, endsOn]),
    ),
  );
  await load.copy('staged_role', roles.join(''));
  const lines = links.map(
    ({ kind, ods, uniqueId, relationId, target, isActive, startsOn, endsOn }) =>
      copyLine([kind, ods, uniqueId, relationId, target, bool(isActive), startsOn, endsOn]),
  );
  await load.copy('staged_link', lines.join(''));
  await load.all(sql`analyze staged_organisation`);
}

/** A record that is not newer than the one that is there changes nothing; one without a day does if it says anything else [SDS 4]. */
async function mergeOrganisations(
  load: BulkLoad,
  importId: string,
  at: Date,
): Promise<{ readonly added: number; readonly changed: number }> {
  const [counts] = await load.all<{ added: number; changed: number }>(sql`
    with before as (
      select o.ods, o.closed_on from directory.organisation o join staged_organisation using (ods)),
    kept as (
      insert into directory.organisation as o (ods, name, record_class, is_active, address_lines, city, county,
        postcode, country, telephone, contacts, opened_on, closed_on, last_changed_on, changed_at)
      select ods, name, record_class, is_active, string_to_array(address_lines, E'\n'), city, county, postcode, country,
        telephone, contacts, opened_on, closed_on, last_changed_on, ${at}::timestamptz
      from staged_organisation order by ods
      on conflict (ods) do update set name = excluded.name,
        record_class = coalesce(excluded.record_class, o.record_class), is_active = excluded.is_active,
        address_lines = excluded.address_lines, city = excluded.city, county = excluded.county,
        postcode = excluded.postcode,
        country = case when excluded.last_changed_on is null then o.country else excluded.country end,
        contacts = case when excluded.last_changed_on is null then o.contacts else excluded.contacts end,
        telephone = excluded.telephone, opened_on = excluded.opened_on, closed_on = excluded.closed_on,
        last_changed_on = coalesce(excluded.last_changed_on, o.last_changed_on), changed_at = excluded.changed_at
      where case when excluded.last_changed_on is null
        then (o.name, o.is_active, o.address_lines, o.city, o.county, o.postcode, o.telephone, o.opened_on, o.closed_on)
          is distinct from (excluded.name, excluded.is_active, excluded.address_lines, excluded.city, excluded.county,
            excluded.postcode, excluded.telephone, excluded.opened_on, excluded.closed_on)
        else o.last_changed_on is null or excluded.last_changed_on > o.last_changed_on end
      returning o.ods, o.closed_on),
    noted as (insert into staged_kept select ods from kept),
    closings as (
      insert into directory.ods_closing (import_id, ods, closed_on)
      select ${importId}::uuid, kept.ods, kept.closed_on from kept join before on before.ods = kept.ods
      where kept.closed_on is not null and kept.closed_on is distinct from before.closed_on
      on conflict (import_id, ods) do update set closed_on = excluded.closed_on)
    select count(*) filter (where before.ods is null)::int as added,
      count(*) filter (where before.ods is not null)::int as changed
    from kept left join before on before.ods = kept.ods`);
  return present(counts, 'counts');
}

/** A role without a number of its own gives way to the same one with its number. */
async function mergeRoles(load: BulkLoad): Promise<void> {
  await load.all(sql`
    delete from directory.organisation_role r using staged_kept k
    where r.ods = k.ods and r.unique_id = r.role_id
      and exists (select from staged_role s where s.ods = r.ods and s.unique_id <> s.role_id)`);
  await load.all(sql`
    insert into directory.organisation_role as r (ods, unique_id, role_id, is_primary, is_active, starts_on, ends_on)
    select distinct on (s.ods, s.unique_id) s.ods, s.unique_id, s.role_id, s.is_primary, s.is_active, s.starts_on, s.ends_on
    from staged_role s join staged_organisation o on o.ods = s.ods
    where (o.last_changed_on is null or exists (select from staged_kept k where k.ods = s.ods))
      and not (s.unique_id = s.role_id and exists (select from directory.organisation_role known
        where known.ods = s.ods and known.role_id = s.role_id and known.unique_id <> known.role_id))
    order by s.ods, s.unique_id, s.ends_on desc nulls first
    on conflict (ods, unique_id) do update set role_id = excluded.role_id, is_primary = excluded.is_primary,
      is_active = excluded.is_active, starts_on = excluded.starts_on, ends_on = excluded.ends_on
    where (r.role_id, r.is_primary, r.is_active, r.starts_on, r.ends_on) is distinct from
      (excluded.role_id, excluded.is_primary, excluded.is_active, excluded.starts_on, excluded.ends_on)`);
}

/** What a record that counts says of other organisations waits until all are known. */
async function takeLinks(load: BulkLoad): Promise<void> {
  await load.all(sql`
    insert into directory.waiting_link (kind, ods, unique_id, relation_id, target_ods, is_active, starts_on, ends_on)
    select distinct on (kind, ods, unique_id) kind, ods, unique_id, relation_id, target_ods, l.is_active, starts_on, ends_on
    from staged_link l
    where not exists (select from staged_organisation o where o.ods in (l.ods, l.target_ods) and o.last_changed_on is not null
      and not exists (select from staged_kept k where k.ods in (l.ods, l.target_ods)))
    order by kind, ods, unique_id, ends_on desc nulls first
    on conflict (kind, ods, unique_id) do update set relation_id = excluded.relation_id,
      target_ods = excluded.target_ods, is_active = excluded.is_active, starts_on = excluded.starts_on,
      ends_on = excluded.ends_on`);
}

export async function finishImport(load: BulkLoad, importId: string, at: Date): Promise<void> {
  await load.all(sql`
    update directory.ods_import set finished_at = ${at} where import_id = ${importId}::uuid`);
}

export type Counts = { readonly rows: number; readonly added: number; readonly changed: number };

export async function countsOf(load: BulkLoad, importId: string): Promise<Counts> {
  const [counts] = await load.all<Counts>(sql`
    select rows_done as rows, added, changed from directory.ods_import where import_id = ${importId}::uuid`);
  return present(counts, 'import');
}

export function refusalsOf(load: BulkLoad, importId: string): Promise<Refusal[]> {
  return load.all<Refusal>(sql`
    select row_number as row, ods, reason from directory.ods_refusal
    where import_id = ${importId}::uuid order by row_number, ods, reason`);
}

/** An organisation that an import closed, and who took over. */
export type Closing = {
  readonly ods: string;
  readonly name: string;
  readonly closedOn: LondonDate;
  readonly successors: readonly string[];
};

export function closingsOf(load: BulkLoad, importIds: readonly string[]): Promise<Closing[]> {
  return load.all<Closing>(sql`
    select distinct c.ods, o.name, o.closed_on as "closedOn", array(
        select s.successor_ods from directory.organisation_succession s
        where s.predecessor_ods = c.ods order by s.successor_ods) as successors
    from directory.ods_closing c join directory.organisation o on o.ods = c.ods
    where c.import_id = any(${importIds}::uuid[]) and o.closed_on is not null order by c.ods`);
}
