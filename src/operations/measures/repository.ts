import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import type { SiteAgent } from './agents.ts';
import { type Measured, type OfSite, REFUSALS, type Since } from './since.ts';
import type { SpanSeconds } from './spans.ts';

/** How a process is now. */
export type ProcessFigures = {
  readonly connections: number;
  readonly underWay: number;
  readonly waiting: number;
  readonly requestsUnderWay: number;
  readonly requestsMost: number;
};

export type JobTurn = {
  readonly job: string;
  readonly everyMs: number;
  readonly at: Date;
  readonly outcome: string;
  /** Since the last time that this was told. */
  readonly doneAt: Date | null;
  readonly failedAt: Date | null;
  readonly failures: number;
};

export type Told = Since & {
  readonly process: string;
  readonly datacentre: string;
  readonly at: Date;
  /** London. */
  readonly day: string;
  readonly figures: ProcessFigures;
  readonly turns: readonly JobTurn[];
  readonly agents: readonly SiteAgent[];
};

/**
 * Adds what a process counted; all of it or nothing, and once however often it is told: the instant tells one part of a
 * process's counts from the next, and only grows.
 */
export async function addMeasures(database: Database, told: Told): Promise<void> {
  const { datacentre, at, day } = told;
  await database.write(sql`
    with process as (
      insert into operations.process as p (id, datacentre, told_at, figures)
      values (${told.process}::uuid, ${datacentre}, ${at}, ${JSON.stringify(told.figures)}::json)
      on conflict (id) do update set told_at = excluded.told_at, figures = excluded.figures
        where p.told_at < excluded.told_at
      returning id
    ), job as (
      insert into operations.job as j (job, datacentre, every_ms, turned_at, outcome, done_at, failed_at, failures)
      select t.job, ${datacentre}, t."everyMs", t.at, t.outcome, t."doneAt", t."failedAt", t.failures
      from jsonb_to_recordset(${JSON.stringify(told.turns)}::jsonb) as t(job text, "everyMs" integer, at timestamptz,
        outcome text, "doneAt" timestamptz, "failedAt" timestamptz, failures integer)
      where exists (select from process)
      on conflict (job, datacentre) do update set every_ms = excluded.every_ms, turned_at = excluded.turned_at,
        outcome = excluded.outcome, done_at = coalesce(excluded.done_at, j.done_at),
        failed_at = coalesce(excluded.failed_at, j.failed_at), failures = j.failures + excluded.failures
    ), site as (
      insert into operations.site as s (day, organisation, asid, interface, accepted, refused, denied, limited,
        unavailable, failed, last_at, agent)
      select ${day}::date, r.organisation, r.asid, r.interface, r.accepted, r.refused, r.denied, r.limited,
        r.unavailable, r.failed, ${at}, g.agent
      from jsonb_to_recordset(${JSON.stringify(told.sites)}::jsonb) as r(organisation text, asid text, interface text,
        accepted integer, refused integer, denied integer, limited integer, unavailable integer, failed integer)
      left join jsonb_to_recordset(${JSON.stringify(told.agents)}::jsonb) as g(organisation text, asid text,
        interface text, agent text) using (organisation, asid, interface)
      where exists (select from process)
      order by r.organisation, r.asid, r.interface -- both datacentres add to these: in one order, or each waits for the other
      on conflict (day, organisation, asid, interface) do update set accepted = s.accepted + excluded.accepted,
        refused = s.refused + excluded.refused, denied = s.denied + excluded.denied,
        limited = s.limited + excluded.limited, unavailable = s.unavailable + excluded.unavailable,
        failed = s.failed + excluded.failed, last_at = excluded.last_at, agent = coalesce(excluded.agent, s.agent)
    )
    insert into operations.measure as m (span_seconds, began_at, datacentre, interface, interaction, accepted, refused,
      denied, limited, unavailable, failed, times)
    select span, to_timestamp(floor(extract(epoch from ${at}::timestamptz) / span) * span), ${datacentre}, r.interface,
      r.interaction, r.accepted, r.refused, r.denied, r.limited, r.unavailable, r.failed, r.times
    from jsonb_to_recordset(${JSON.stringify(told.measured)}::jsonb) as r(interface text, interaction text,
      accepted integer, refused integer, denied integer, limited integer, unavailable integer, failed integer,
      times integer[]), (values (60), (3600)) as spans(span)
    where exists (select from process)
    on conflict (span_seconds, began_at, datacentre, interface, interaction) do update set
      accepted = m.accepted + excluded.accepted, refused = m.refused + excluded.refused,
      denied = m.denied + excluded.denied, limited = m.limited + excluded.limited,
      unavailable = m.unavailable + excluded.unavailable, failed = m.failed + excluded.failed,
      times = array(select coalesce(old, 0) + coalesce(more, 0)
        from unnest(m.times, excluded.times) with ordinality as t(old, more, place) order by place)`);
}

const KEPT_HOURS = 25;
const KEPT_DAYS = 31;

/** Forgets what no page shows any more. */
export async function forgetMeasures(database: Database, at: Date): Promise<void> {
  const hours = new Date(at.getTime() - KEPT_HOURS * 3_600_000);
  const days = new Date(at.getTime() - KEPT_DAYS * 86_400_000);
  await database.write(sql`
    with minutes as (
      delete from operations.measure where span_seconds = 60 and began_at < ${hours}
    ), hours as (
      delete from operations.measure where span_seconds = 3600 and began_at < ${days}
    ), processes as (
      delete from operations.process where told_at < ${hours}
    )
    delete from operations.site where day < ${days}::date`);
}

/** Counts of one span of time, of both datacentres apart. */
export type Counted = Measured & { readonly beganAt: Date; readonly datacentre: string };

/** What was counted since; of one interface, or of all of them without the codes of refusals. */
export function measuresSince(
  database: Database,
  span: SpanSeconds,
  since: Date,
  door: string | null = null,
): Promise<Counted[]> {
  return database.all<Counted>(sql`
    select began_at as "beganAt", datacentre, interface, interaction, accepted, refused, denied, limited, unavailable,
      failed, times
    from operations.measure
    where span_seconds = ${span}::int and began_at >= ${since}
      and case when ${door}::text is null then interface not like ${`${REFUSALS}%`} else interface = ${door}::text end
    order by began_at, datacentre, interface, interaction`);
}

/** What came for an organisation through one interface, in some days. */
export type SiteRow = OfSite & {
  readonly lastAt: Date;
  /** What software it says that it is; null: it said nothing. */
  readonly agent: string | null;
};

const SITES_MAX = 500; // on a page

export function sitesSince(
  database: Database,
  day: string,
  { word, silentSince }: { readonly word: string; readonly silentSince: Date | null },
): Promise<SiteRow[]> {
  return database.all<SiteRow>(sql`
    select organisation, asid, interface, sum(accepted)::int as accepted, sum(refused)::int as refused,
      sum(denied)::int as denied, sum(limited)::int as limited, sum(unavailable)::int as unavailable,
      sum(failed)::int as failed, max(last_at) as "lastAt",
      (array_agg(agent order by day desc) filter (where agent is not null))[1] as agent
    from operations.site
    where day >= ${day}::date and (${word} = '' or organisation = ${word} or asid = ${word})
    group by organisation, asid, interface
    having ${silentSince}::timestamptz is null or max(last_at) < ${silentSince}::timestamptz
    order by max(last_at) desc, organisation, asid, interface
    limit ${SITES_MAX}`);
}

export type ProcessRow = {
  readonly id: string;
  readonly datacentre: string;
  readonly toldAt: Date;
  readonly figures: ProcessFigures;
};

export function processesSince(database: Database, at: Date): Promise<ProcessRow[]> {
  return database.all<ProcessRow>(sql`
    select id, datacentre, told_at as "toldAt", figures from operations.process
    where told_at >= ${at} order by datacentre, id`);
}

export type JobRow = {
  readonly job: string;
  readonly datacentre: string;
  readonly everyMs: number;
  readonly turnedAt: Date;
  readonly outcome: string;
  readonly doneAt: Date | null;
  readonly failedAt: Date | null;
  readonly failures: number;
};

export function jobTurns(database: Database): Promise<JobRow[]> {
  return database.all<JobRow>(sql`
    select job, datacentre, every_ms as "everyMs", turned_at as "turnedAt", outcome, done_at as "doneAt",
      failed_at as "failedAt", failures
    from operations.job order by job, datacentre`);
}

export type Finding<Found> = { readonly lookedAt: Date; readonly found: Found };

/** Null: nobody has looked yet. What was found is what `keepFinding` was given, with its times as texts. */
export async function findingOf<Found>(
  database: Database,
  name: string,
): Promise<Finding<Found> | null> {
  const [row] = await database.all<Finding<Found>>(sql`
    select looked_at as "lookedAt", found from operations.finding where name = ${name}`);
  return row ?? null;
}

export async function keepFinding(
  database: Database,
  name: string,
  { lookedAt, found }: Finding<object>,
): Promise<void> {
  await database.write(sql`
    insert into operations.finding (name, looked_at, found)
    values (${name}, ${lookedAt}, ${JSON.stringify(found)}::json)
    on conflict (name) do update set looked_at = excluded.looked_at, found = excluded.found`);
}
