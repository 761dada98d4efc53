import { sourceAddress } from '../../../platform/audit/source.ts';
import type { LondonDate } from '../../../kernel/london.ts';
import type { Database } from '../../../platform/database.ts';
import { type Sql, sql } from '../../../platform/sql.ts';
import type { Organisation } from '../../organisation.ts';

/** What the directory knows of an organisation on a day. */
export type Shown = Organisation & {
  readonly county: string;
  readonly country: string;
  readonly isActive: boolean;
  /** Whether it is active and open on that day. */
  readonly isOpen: boolean;
  readonly lastChangedOn: LondonDate | null;
  readonly roles: readonly {
    readonly roleId: string;
    readonly isPrimary: boolean;
    readonly isActive: boolean;
  }[];
  readonly relations: readonly {
    readonly relationId: string;
    readonly target: string;
    readonly isActive: boolean;
  }[];
  readonly predecessors: readonly string[];
  readonly successors: readonly string[];
  /** Kinds of dispensing site that it is on that day: P1, P2, P3. */
  readonly sites: readonly string[];
};

/** True of an organisation `o` that is active and open on a day; closed or future ones are not [SDS 3]. */
export function isOpenOn(day: LondonDate): Sql {
  return sql`(o.is_active and coalesce(o.opened_on <= ${day}::date, true) and coalesce(o.closed_on >= ${day}::date, true))`;
}

/** Kinds of site by role, P1 a pharmacy and P2 an appliance contractor, and those that somebody set [SDS 3, 5]. */
export function sitesOn(day: LondonDate): Sql {
  return sql`(case when not ${isOpenOn(day)} then '{}'::text[] else array(
    select case r.role_id when 'RO182' then 'P1' else 'P2' end from directory.organisation_role r
    where r.ods = o.ods and r.role_id in ('RO182', 'RO94') and r.is_active
      and coalesce(r.starts_on <= ${day}::date, true) and coalesce(r.ends_on >= ${day}::date, true)
    union select s.site_type from directory.eps_site s where s.ods = o.ods
      and coalesce(s.live_from <= ${day}::date, true) and coalesce(s.live_until >= ${day}::date, true)
    order by 1) end)`;
}

/** Kinds of dispensing site that organisations are on a day; of a code that nobody knows there is no row [SDS 5]. */
export function findSites(
  database: Database,
  codes: readonly string[],
  day: LondonDate,
): Promise<{ readonly ods: string; readonly sites: readonly string[] }[]> {
  return database.all(sql`
    select o.ods, ${sitesOn(day)} as sites from directory.organisation o
    where o.ods = any(${codes}::text[]) order by o.ods`);
}

export async function findShown(
  database: Database,
  ods: string,
  day: LondonDate,
): Promise<Shown | null> {
  const [row] = await database.all<Shown>(sql`
    select o.ods, o.name, o.address_lines as "addressLines", o.city, o.county, o.postcode, o.country, o.telephone,
      o.opened_on as "openedOn", o.closed_on as "closedOn", o.is_active as "isActive", ${isOpenOn(day)} as "isOpen",
      o.last_changed_on as "lastChangedOn", ${sitesOn(day)} as sites,
      (select coalesce(jsonb_agg(jsonb_build_object('roleId', r.role_id, 'isPrimary', r.is_primary, 'isActive', r.is_active)
        order by r.is_primary desc, r.role_id), '[]') from directory.organisation_role r where r.ods = o.ods) as roles,
      (select coalesce(jsonb_agg(jsonb_build_object('relationId', r.relation_id, 'target', r.target_ods, 'isActive', r.is_active)
        order by r.is_active desc, r.relation_id, r.target_ods), '[]')
        from directory.organisation_relation r where r.ods = o.ods) as relations,
      array(select s.predecessor_ods from directory.organisation_succession s where s.successor_ods = o.ods order by 1) as predecessors,
      array(select s.successor_ods from directory.organisation_succession s where s.predecessor_ods = o.ods order by 1) as successors
    from directory.organisation o where o.ods = upper(${ods})`);
  return row ?? null;
}

/** Sets between which days it is such a site; of one that nobody knows false. */
export async function keepSite(
  database: Database,
  site: {
    readonly ods: string;
    readonly type: string;
    readonly from: LondonDate | null;
    readonly until: LondonDate | null;
  },
  at: Date,
): Promise<boolean> {
  const { ods, type, from, until } = site;
  const rows = await database.write(sql`
    with kept as (
      insert into directory.eps_site (ods, site_type, live_from, live_until)
      select ods, ${type}::text, ${from}::date, ${until}::date from directory.organisation where ods = ${ods}
      on conflict (ods, site_type) do update set live_from = excluded.live_from, live_until = excluded.live_until
      returning ods)
    insert into platform.audit (at, interaction, request_id, source_address, organisation, outcome)
    select ${at}::timestamptz, 'organisation-site', gen_random_uuid(), ${sourceAddress()}::text, ods,
      ${`${type} from ${from ?? 'ever'} until ${until ?? 'ever'}`}::text from kept returning id`);
  return rows.length === 1;
}
