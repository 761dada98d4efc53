import { sourceAddress } from '../../platform/audit/source.ts';
import { randomUUID } from 'node:crypto';

import type { AuditRow } from '../../platform/audit/entry.ts';
import { ROW } from '../../platform/audit/repository.ts';
import type { Database } from '../../platform/database.ts';
import { list, type Sql, sql } from '../../platform/sql.ts';

/** What lines of the trail have in common; null: whatever it is. */
export type Wanted = {
  /** ISO 8601, by when they were written, both included. */
  readonly from: string | null;
  readonly to: string | null;
  readonly user: string | null;
  readonly organisation: string | null;
  readonly interaction: string | null;
  readonly prescription: string | null;
  readonly request: string | null;
  /** NHS numbers of one person. */
  readonly patient: readonly string[] | null;
};

/** Lines that were found, the latest first. */
export type Found = {
  readonly rows: readonly AuditRow[];
  /** Lines of a lower id were not looked at; null: nothing is left to look at. */
  readonly lookedTo: number | null;
};

export type Search = {
  readonly most: number;
  /** Nothing of this id or above is looked at; null: all. */
  readonly before: number | null;
  /** After so long no more is looked at; null: it goes through all of the trail. */
  readonly withinMs: number | null;
};

/**
 * What was done with a patient, a prescription or a request is found by an index. Whoever looks for anything else has the
 * trail gone through, piece by piece from its end or from the end of the time that is meant.
 */
export async function findLines(
  database: Database,
  wanted: Wanted,
  { most, before, withinMs }: Search,
): Promise<Found> {
  const byIndex = indexed(wanted, { most, before });
  if (byIndex !== null) {
    const rows = await database.all<AuditRow>(byIndex);
    return { rows, lookedTo: rows.length < most ? null : (rows.at(-1)?.id ?? null) };
  }
  const where = list([sql`true`, ...othersOf(wanted)], ' and ');
  const { first, next } = await stretchOf(database, wanted);
  const begun = performance.now();
  const rows: AuditRow[] = [];
  let end = Math.min(next, before ?? next);
  let isTime = true;
  while (isTime && end > first && rows.length < most) {
    const start = Math.max(first, end - PIECE);
    const found = await database.all<AuditRow>(sql`
      select ${ROW} from platform.audit a where a.id >= ${start} and a.id < ${end} and ${where}
      order by a.id desc limit ${most - rows.length}`);
    rows.push(...found);
    end = rows.length < most ? start : (rows.at(-1)?.id ?? start);
    isTime = withinMs === null || performance.now() - begun < withinMs;
  }
  return { rows, lookedTo: end > first ? end : null };
}

/** The statement for what an index knows; null: none knows it. */
export function indexed(
  wanted: Wanted,
  { most, before }: Pick<Search, 'most' | 'before'>,
): Sql | null {
  const keys = keysOf(wanted);
  if (keys.length === 0) return null;
  const where = list([...keys, ...othersOf(wanted)], ' and ');
  const below = before ?? Number.MAX_SAFE_INTEGER;
  return sql`
    with a as materialized (select * from platform.audit a where ${where} and a.id < ${below})
    select ${ROW} from a order by a.id desc limit ${most}`;
}

const PIECE = 20_000; // lines at a time: some hundredths of a second
const OUT_OF_TURN_MS = 60_000; // a line gets its id within its transaction, which lasts seconds at most

/** When the first line of this id or above was written; null: there is none. */
export async function recordedAt(database: Database, id: number): Promise<Date | null> {
  const [row] = await database.all<{ at: Date }>(sql`
    select recorded_at as at from platform.audit where id >= ${id} order by id limit 1`);
  return row?.at ?? null;
}

/** What an index knows. */
function keysOf({ prescription, request, patient }: Wanted): Sql[] {
  return [
    prescription === null ? [] : [sql`a.prescription_id = ${prescription}`],
    request === null
      ? []
      : [sql`(a.request_id = ${request}::uuid or a.message_id = ${request}::uuid)`],
    // One after the other: the index knows single numbers only.
    patient === null
      ? []
      : [
          sql`(${list(
            patient.map((one) => sql`a.nhs_number = ${one}`),
            ' or ',
          )})`,
        ],
  ].flat();
}

function othersOf({ from, to, user, organisation, interaction }: Wanted): Sql[] {
  return [
    from === null ? [] : [sql`a.recorded_at >= ${from}::timestamptz`],
    to === null ? [] : [sql`a.recorded_at <= ${to}::timestamptz`],
    user === null ? [] : [sql`a.user_id = ${user}`],
    organisation === null ? [] : [sql`a.organisation = ${organisation}`],
    interaction === null ? [] : [sql`a.interaction = ${interaction}`],
  ].flat();
}

/** Ids of all that was recorded in that time, and of little else; `next` is above the last. */
async function stretchOf(
  database: Database,
  { from, to }: Pick<Wanted, 'from' | 'to'>,
): Promise<{ readonly first: number; readonly next: number }> {
  const at = (text: string, ms: number): Date => new Date(Date.parse(text) + ms);
  const [ends] = await database.all<{ first: number | null; last: number | null }>(sql`
    select (select min(id) from platform.audit) as first, (select max(id) from platform.audit) as last`);
  const [first, next] = [ends?.first ?? 0, (ends?.last ?? -1) + 1];
  return {
    first: from === null ? first : await idAt(database, at(from, -OUT_OF_TURN_MS), { first, next }),
    next: to === null ? next : await idAt(database, at(to, OUT_OF_TURN_MS), { first, next }),
  };
}

/** The id from which on lines were recorded at that time or later: halved again and again, as ids come in the order of time. */
async function idAt(
  database: Database,
  at: Date,
  { first, next }: { readonly first: number; readonly next: number },
): Promise<number> {
  const [row] = await database.all<{ id: number }>(sql`
    with recursive half(low, high) as (
      select ${first}::bigint, ${next}::bigint
      union all
      select case when is_later then low else middle + 1 end, case when is_later then middle else high end
      from (select low, high, (low + high) / 2 as middle from half where low < high) as h,
        lateral (select coalesce((select recorded_at >= ${at}::timestamptz from platform.audit
          where id >= middle order by id limit 1), true) as is_later) as there
    )
    select min(high)::bigint as id from half`);
  return row?.id ?? next;
}

/** Who looks after the service: a person at the pages, or a command. */
export type Looker = {
  readonly userId: string | null;
  readonly roleProfile: string | null;
  readonly organisation: string | null;
  readonly session: string;
};

/** `spine audit search` by whoever may run it on that machine. */
export function byCommand(name: string): Looker {
  return { userId: null, roleProfile: null, organisation: null, session: `spine ${name}` };
}

export type OperatorAct = {
  readonly interaction: string;
  readonly by: Looker;
  /** Whom it is about; null: nobody alone. */
  readonly nhsNumber: string | null;
  readonly outcome: string;
};

/** What somebody does who looks after the service; kept before anything is shown or done. */
export async function recordAct(database: Database, act: OperatorAct): Promise<void> {
  const { interaction, nhsNumber, outcome, by } = act;
  await database.write(sql`
    insert into platform.audit (at, interaction, request_id, user_id, role_profile, organisation, session,
      source_address, nhs_number, outcome)
    values (now(), ${interaction}, ${randomUUID()}::uuid, ${by.userId}, ${by.roleProfile}, ${by.organisation},
      ${by.session}, ${sourceAddress()}, ${nhsNumber}, ${outcome})`);
}
