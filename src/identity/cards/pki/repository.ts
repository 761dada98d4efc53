import type { Database } from '../../../platform/database.ts';
import { sql } from '../../../platform/sql.ts';
import { type Authority, type AuthorityName, LIST_ENTRIES_MAX } from '../authority.ts';
import type { Revoked } from '../revocation-list.ts';

/** The authorities without their keys. */
export function authorityCertificates(
  database: Database,
): Promise<Pick<Authority, 'name' | 'certificate'>[]> {
  return database.all<Pick<Authority, 'name' | 'certificate'>>(
    sql`select name, certificate from identity.authority order by name`,
  );
}

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

/** Each part of the lists of these authorities, with a version that is another one when it says something else; the root's list has one part. */
export function listVersions(
  database: Database,
  authorities: readonly AuthorityName[],
): Promise<
  { readonly authority: AuthorityName; readonly shard: number; readonly version: string }[]
> {
  return database.all(sql`
    select a.name as authority, part.shard, concat_ws(' ', count(c.shard), sum(c.revocation_reason),
      sum(extract(epoch from c.revoked_at))) as version
    from unnest(${authorities}::text[]) as a(name)
    cross join generate_series(0,
      (select last_value / ${LIST_ENTRIES_MAX}::integer from identity.certificate_number)::integer) as part(shard)
    left join identity.certificate c
      on c.authority = a.name and c.shard = part.shard and c.revoked_at is not null
    where a.name <> 'root' or part.shard = 0
    group by a.name, part.shard`);
}
