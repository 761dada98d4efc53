import { type Sql, sql } from '../../../platform/sql.ts';
import type { Reads } from '../repository.ts';

/** How often each rule is broken that is about all of the store [MIGRATION 5]. */
export async function invariants(
  database: Reads,
  exportId: string,
): Promise<Record<string, number>> {
  const [row] = await database.all<Record<string, number>>(sql`
    select
      (select count(*)::int from prescriptions.download_queue q join prescriptions.release_before r
        using (prescription_id, issue, organisation)
        where q.left_at is null and coalesce(q.renominated_by, '') = '') as "M2",
      (select count(*)::int from prescriptions.download_queue q
        left join prescriptions.prescription p using (prescription_id)
        where q.left_at is null and not exists (
          select from json_array_elements(p.state->'issues') as i
          where (i->>'number')::int = q.issue and i->>'status' = 'ToBeDispensed'
            and i->>'isReturned' is null and p.state->>'nominated' = q.organisation
            and p.state->>'held' is null)) as "M3",
      (select count(*)::int from prescriptions.download_queue q where q.left_at is null
        group by prescription_id, issue having count(*) > 1 limit 1) as "M1",
      (select coalesce(sum((value->>1)::int), 0)::int - (select count(*)::int from migration.quarantine
          where export_id = ${exportId} and part > 0)
        from migration.unit, json_each(rows) where export_id = ${exportId}) as "M7",
      (${revived(exportId)}) as "M15",
      (${nominationsNotHere(exportId)}) as "nominations"`);
  return Object.fromEntries(
    Object.entries(row ?? {}).map(([name, broken]) => [name, Math.abs(broken ?? 0)]),
  );
}

/** Roles, cards and sessions that are of use here and were not there any more [MIGRATION 5, M15]. */
function revived(exportId: string): Sql {
  return sql`select count(*)::int from migration.beside b
    left join identity.role_profile r on b.table_name = 'USER_ROLE' and r.role_profile_id = b.key
    left join identity.card c on b.table_name = 'CARD' and c.card_number = b.key
    left join identity.session s on b.table_name = 'SESSION' and s.id::text = lower(b.key)
    where b.export_id = ${exportId} and b.because is null
      and (case b.table_name
        when 'USER_ROLE' then b.row->>'VALID_TO' is not null and r.role_profile_id is not null
          and coalesce(to_char(r.ends_on, 'YYYYMMDD'), '99999999') > b.row->>'VALID_TO'
        when 'CARD' then upper(b.row->>'STATE') not in ('ISSUED', 'ACTIVE', 'LOCKED')
          and c.status in ('Issued', 'Active', 'Suspended')
        when 'SESSION' then s.id is not null and s.ended_at is null end
        or b.table_name in ('USER_ROLE', 'CARD', 'SESSION') and not b.is_settled)`;
}

/** Nominations that were taken over, and that no patient here has now. */
function nominationsNotHere(exportId: string): Sql {
  return sql`select count(*)::int from migration.beside b
    where b.export_id = ${exportId} and b.table_name = 'NOMINATION' and b.is_settled
      and b.row->>'TO_TS' is null and not exists (
        select from demographics.nomination n where n.nhs_number = b.row->>'NHS_NO'
          and n.site = b.row->>'TYPE' and n.ods = upper(b.row->>'ORG') and n.ended is null)`;
}
