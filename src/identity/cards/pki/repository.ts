import type { Database } from '../../../platform/database.ts';
import { sql } from '../../../platform/sql.ts';
import { type AuthorityName, LIST_ENTRIES_MAX } from '../authority.ts';
import type { Revoked } from '../revocation-list.ts';

/** What stands in one part of an authority's list. */
export function revokedIn(
  database: Database,
  authority: AuthorityName,
  shard: number,
): Promise<Revoked[]> {
  return database.all<Revoked>(sql`
    select serial, revocation_reason as reason, revoked_at as at from identity.certificate
    where authority = ${authority} and shard = ${shard} and revoked_at is not null
    order by revoked_at, serial`);
}

/** How many certificates stand in each part of the lists of these authorities; the root's list has one part. */
export function countRevoked(
  database: Database,
  authorities: readonly AuthorityName[],
): Promise<
  { readonly authority: AuthorityName; readonly shard: number; readonly entries: number }[]
> {
  return database.all(sql`
    select a.name as authority, part.shard, count(c.shard)::integer as entries
    from unnest(${authorities}::text[]) as a(name)
    cross join generate_series(0,
      (select last_value / ${LIST_ENTRIES_MAX}::integer from identity.certificate_number)::integer) as part(shard)
    left join identity.certificate c
      on c.authority = a.name and c.shard = part.shard and c.revoked_at is not null
    where a.name <> 'root' or part.shard = 0
    group by a.name, part.shard`);
}
