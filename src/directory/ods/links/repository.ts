import type { LondonDate } from '../../../kernel/london.ts';
import type { BulkLoad } from '../../../platform/bulk-load.ts';
import { type Sql, sql } from '../../../platform/sql.ts';

const BATCH = 20_000;

/**
 * Takes what organisations are to each other, where both are known; the rest goes on waiting. A succession that
 * leads back to where it began is refused [SDS 4].
 */
export async function settleLinks(
  load: BulkLoad,
  importId: string,
  at: Date,
  today: LondonDate,
): Promise<void> {
  for (let after: number | null = 0; after !== null; )
    after = await settleSome(load, { importId, at, today, after });
}

type Some = {
  readonly importId: string;
  readonly at: Date;
  readonly today: LondonDate;
  readonly after: number;
};

/** Answers the number of the last one looked at; null when there was none. */
async function settleSome(
  load: BulkLoad,
  { importId, at, today, after }: Some,
): Promise<number | null> {
  return load.together(async () => {
    await load.all(sql`
      create temporary table due_link on commit drop as
      select w.*, (exists (select from directory.organisation o where o.ods = w.ods)
        and exists (select from directory.organisation o where o.ods = w.target_ods)) as is_ready
      from directory.waiting_link w where w.link_number > ${after} order by w.link_number limit ${BATCH}`);
    const [{ last, ready } = { last: null, ready: 0 }] = await load.all<{
      last: number | null;
      ready: number;
    }>(sql`
      select max(link_number)::float8 as last, count(*) filter (where is_ready)::int as ready from due_link`);
    if (ready === 0) return last;
    await load.all(sql`
      delete from directory.waiting_link w using due_link d where d.link_number = w.link_number and d.is_ready`);
    await endFormerParents(load, today);
    await keepRelations(load);
    await keepSuccessions(load, importId);
    await load.all(sql`
      insert into platform.audit (at, interaction, request_id, outcome)
      values (${at}, 'ods-import', ${importId}::uuid, ${`${ready} relations and successions settled`})`);
    return last;
  });
}

/** A report names one parent at a time: whom it named before is none any more. */
async function endFormerParents(load: BulkLoad, today: LondonDate): Promise<void> {
  await load.all(sql`
    update directory.organisation_relation r set is_active = false, ends_on = coalesce(r.ends_on, ${today}::date)
    from due_link d
    where d.is_ready and d.kind = 'relation' and d.unique_id like 'csv:%' and r.ods = d.ods
      and r.unique_id like 'csv:%' and r.unique_id <> d.unique_id and r.is_active`);
}

/** A headquarters of pharmacies operates (RE6), whatever else stands above an organisation commissions (RE4) [SDS 3]. */
const RELATION_ID: Sql = sql`coalesce(d.relation_id, case when exists (select from directory.organisation_role h
  where h.ods = d.target_ods and h.role_id = 'RO181') then 'RE6' else 'RE4' end)`;

async function keepRelations(load: BulkLoad): Promise<void> {
  await load.all(sql`
    insert into directory.organisation_relation as r
      (ods, unique_id, relation_id, target_ods, is_active, starts_on, ends_on)
    select d.ods, d.unique_id, ${RELATION_ID}, d.target_ods, d.is_active, d.starts_on, d.ends_on
    from due_link d where d.is_ready and d.kind = 'relation'
      and not (d.unique_id like 'csv:%' and exists (select from directory.organisation_relation known
        where known.ods = d.ods and known.target_ods = d.target_ods and known.unique_id not like 'csv:%'))
    on conflict (ods, unique_id) do update set relation_id = excluded.relation_id, target_ods = excluded.target_ods,
      is_active = excluded.is_active, starts_on = excluded.starts_on, ends_on = excluded.ends_on
    where (r.relation_id, r.target_ods, r.is_active, r.starts_on, r.ends_on) is distinct from
      (excluded.relation_id, excluded.target_ods, excluded.is_active, excluded.starts_on, excluded.ends_on)`);
}

async function keepSuccessions(load: BulkLoad, importId: string): Promise<void> {
  await load.all(sql`
    insert into directory.organisation_succession as s (predecessor_ods, successor_ods, succeeded_on)
    select ods, target_ods, starts_on from due_link where is_ready and kind = 'succession'
    on conflict (predecessor_ods, successor_ods) do update set succeeded_on = excluded.succeeded_on
    where s.succeeded_on is distinct from excluded.succeeded_on`);
  await load.all(sql`
    with recursive reached (predecessor, successor, ods) as (
      select d.ods, d.target_ods, d.target_ods from due_link d where d.is_ready and d.kind = 'succession'
      union
      select r.predecessor, r.successor, s.successor_ods
      from reached r join directory.organisation_succession s on s.predecessor_ods = r.ods),
    cyclic as (select distinct predecessor, successor from reached where ods = predecessor),
    gone as (
      delete from directory.organisation_succession s using cyclic c
      where s.predecessor_ods = c.predecessor and s.successor_ods = c.successor)
    insert into directory.ods_refusal (import_id, row_number, ods, reason)
    select ${importId}::uuid, 0, predecessor, 'its succession by ' || successor || ' leads back to itself' from cyclic`);
}

/** What still waits for an organisation that nobody knows. */
export type WaitingLink = {
  readonly ods: string;
  readonly kind: 'relation' | 'succession';
  readonly relationId: string | null;
  readonly target: string;
};

export function waitingLinks(load: BulkLoad): Promise<WaitingLink[]> {
  return load.all<WaitingLink>(sql`
    select ods, kind, relation_id as "relationId", target_ods as target from directory.waiting_link
    order by ods, kind, unique_id`);
}
