import type { BulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { Trouble } from '../../platform/trouble.ts';
import { type Opening, openTo } from '../../prescriptions/rules.ts';
import type { Json } from '../canonical.ts';
import type { State } from './steps.ts';

/** Where a migration stands, and how often it was taken in hand. */
export type Standing = { readonly state: State; readonly epoch: number };

/** What was done or refused. */
export type StepRow = {
  readonly number: number;
  readonly step: string;
  readonly from: State;
  readonly to: State;
  readonly beganAt: Date;
  readonly endedAt: Date;
  readonly by: string;
  readonly isDone: boolean;
  readonly evidence: Readonly<Record<string, unknown>>;
};

type Asking = Pick<Database, 'all'>;

/** As steps have written it, or else as the store itself shows. */
export async function stateOf(database: Asking, exportId: string): Promise<State> {
  const [row] = await database.all<{
    state: State | null;
    isLoaded: boolean | null;
    isFollowing: boolean | null;
  }>(sql`
    select c.state, e.loaded_at is not null as "isLoaded",
      exists (select from migration.touched) as "isFollowing"
    from (select 1) as one
    left join migration.export e on e.export_id = ${exportId}
    left join migration.cut_over c on c.export_id = ${exportId}`);
  if (row?.state != null) return row.state;
  if (row?.isLoaded == null) return 'PLANNED';
  if (!row.isLoaded) return 'LOADING';
  return row.isFollowing === true ? 'FOLLOWING' : 'LOADED';
}

/** Whose plan a switch was begun with; null before the first step. */
export async function planOf(database: Asking, exportId: string): Promise<Buffer | null> {
  const [row] = await database.all<{ digest: Buffer }>(
    sql`select plan_digest as digest from migration.cut_over where export_id = ${exportId}`,
  );
  return row?.digest ?? null;
}

/** Takes it in hand: whoever had it before can do nothing more. */
export async function takeInHand(
  bulk: BulkLoad,
  exportId: string,
  planDigest: Buffer,
): Promise<Standing> {
  const state = await stateOf(bulk, exportId);
  const [row] = await bulk.all<Standing>(sql`
    insert into migration.cut_over as c (export_id, plan_digest, state, epoch)
    values (${exportId}, ${planDigest}, ${state === 'LOADED' ? 'FOLLOWING' : state}, 1)
    on conflict (export_id) do update set epoch = c.epoch + 1,
      plan_digest = case when c.state = 'FOLLOWING' then excluded.plan_digest else c.plan_digest end
    returning state, epoch::int as epoch`);
  if (row === undefined) throw new Trouble('the store does not answer', 'try it again');
  return row;
}

export async function clock(database: Asking): Promise<Date> {
  const [row] = await database.all<{ now: Date }>(sql`select clock_timestamp() as now`);
  return row?.now ?? new Date(0);
}

export type Taken = {
  readonly exportId: string;
  readonly standing: Standing;
  readonly step: string;
  readonly to: State;
  readonly beganAt: Date;
  readonly by: string;
  readonly evidence: Json;
  readonly opening: Opening | null;
  /** What else comes with it, at once. */
  readonly along?: () => Promise<unknown>;
};

/** Writes a step that is done with all that it brings, while nobody else has it in hand; throws `Trouble` else. */
export async function keepStep(bulk: BulkLoad, taken: Taken): Promise<void> {
  const { exportId, standing, to, opening } = taken;
  await bulk.together(async () => {
    const moved = await bulk.all(sql`
      update migration.cut_over set state = ${to}
      where export_id = ${exportId} and epoch = ${standing.epoch} and state = ${standing.state}
      returning state`);
    if (moved.length === 0) {
      throw new Trouble('somebody else has the switch in hand', 'look at spine migrate status');
    }
    if (opening !== null) await bulk.all(openTo(opening));
    await taken.along?.();
    await writeRow(bulk, taken, true);
  });
}

/** Keeps that a step was refused, and why. */
export async function keepRefusal(bulk: BulkLoad, refused: Taken): Promise<void> {
  await bulk.together(() => writeRow(bulk, { ...refused, to: refused.standing.state }, false));
}

async function writeRow(bulk: BulkLoad, taken: Taken, isDone: boolean): Promise<void> {
  const { exportId, standing, step, to, beganAt, by, evidence } = taken;
  const outcome = isDone ? `${standing.state} to ${to}` : `refused in ${standing.state}`;
  await bulk.all(sql`
    insert into migration.step
      (export_id, step, from_state, to_state, began_at, ended_at, done_by, is_done, evidence)
    values (${exportId}, ${step}, ${standing.state}, ${to}, ${beganAt.toISOString()}, clock_timestamp(),
      ${by}, ${isDone}, ${JSON.stringify(evidence)})`);
  await bulk.all(sql`
    insert into platform.audit (at, interaction, request_id, user_id, session, outcome)
    values (clock_timestamp(), 'migration', gen_random_uuid(), ${by}, 'migration',
      ${`${step}: ${outcome}, export ${exportId}`})`);
}

export async function stepsOf(database: Asking, exportId: string): Promise<StepRow[]> {
  return database.all<StepRow>(sql`
    select number, step, from_state as from, to_state as to, began_at as "beganAt",
      ended_at as "endedAt", done_by as by, is_done as "isDone", evidence
    from migration.step where export_id = ${exportId} order by number`);
}

/** The last line of the audit trail, by which what comes later is told apart whatever a clock says. */
export async function auditEnd(database: Asking): Promise<number> {
  const [row] = await database.all<{ end: number }>(
    sql`select coalesce(max(id), 0)::int as end from platform.audit`,
  );
  return row?.end ?? 0;
}

/** How often the tripwire ever held something back. */
export async function alarms(database: Asking): Promise<number> {
  const [row] = await database.all<{ count: number }>(sql`
    select count(*)::int as count from prescriptions.event
    where kind = 'MigrationHeld' and data->'because'->>0 = 'tripwire'`);
  return row?.count ?? 0;
}

/** What was there of each dirty class when all was loaded, and since. */
export async function classCounts(
  database: Asking,
  exportId: string,
): Promise<{ classes: Map<string, { count: number; digest: string }>; touched: number }> {
  const rows = await database.all<{ class: string; count: number; digest: string }>(sql`
    select class, count(*)::int as count,
      encode(sha256(convert_to(string_agg(place, E'\n' order by place collate "C"), 'UTF8')), 'hex') as digest
    from migration.dirty where export_id = ${exportId} group by class`);
  const [row] = await database.all<{ touched: number }>(
    sql`select count(*)::int as touched from migration.touched`,
  );
  const classes = new Map(rows.map(({ class: name, ...rest }) => [name, rest]));
  return { classes, touched: row?.touched ?? 0 };
}

/** Prescriptions that somebody may still do something with, and those of them that a person must decide about. */
export async function openAndHeld(database: Asking): Promise<{ open: number; held: number }> {
  const [row] = await database.all<{ open: number; held: number }>(sql`
    select count(*)::int as open,
      count(*) filter (where state->>'held' is not null)::int as held
    from prescriptions.prescription
    where state->>'kind' = 'prescription' and status not in ('0004', '0005', '0007', '0008', '0009')`);
  return row ?? { open: 0, held: 0 };
}

/** The last comparison of all ids; null when there was none. */
export async function lastReport(database: Asking, exportId: string): Promise<LastReport | null> {
  const [row] = await database.all<LastReport>(sql`
    select r.change_seq::int as "changeSeq", r.differences, coalesce(r.at >= e.judged_at, false) as "isBehindSignatures",
      extract(epoch from clock_timestamp() - r.at)::float8 / 3600 as "ageHours"
    from migration.report r left join migration.export e using (export_id)
    where export_id = ${exportId} order by r.at desc limit 1`);
  return row ?? null;
}

export type LastReport = {
  readonly changeSeq: number;
  readonly ageHours: number;
  readonly differences: number;
  /** It was made when the signatures of all orders were judged. */
  readonly isBehindSignatures: boolean;
};

/** What is loaded: whose manifest, up to which change. */
export async function exportOf(
  database: Asking,
  exportId: string,
): Promise<{ manifest: Buffer; changeSeq: number; isLoaded: boolean } | null> {
  const [row] = await database.all<{ manifest: Buffer; changeSeq: number; isLoaded: boolean }>(sql`
    select manifest_digest as manifest, change_seq::int as "changeSeq", loaded_at is not null as "isLoaded"
    from migration.export where export_id = ${exportId}`);
  return row ?? null;
}

/** Whether another session is in a transaction that it began before an instant. */
export async function isAnybodyWriting(database: Asking, before: Date): Promise<boolean> {
  const [row] = await database.all<{ isAny: boolean }>(sql`
    select exists (select from pg_stat_activity where datname = current_database()
      and backend_type = 'client backend' and pid <> pg_backend_pid()
      and xact_start <= ${before.toISOString()}::timestamptz) as "isAny"`);
  return row?.isAny ?? true;
}

/** A message that was taken here, as the old store is to have it. */
export type TakenMessage = {
  /** Of its first line of the audit trail: the order in which they were taken. */
  readonly place: number;
  readonly messageId: string;
  readonly interaction: string;
  readonly receivedAt: Date;
  readonly organisation: string | null;
  readonly asid: string | null;
  readonly prescription: string | null;
  readonly kind: string;
  readonly body: Buffer;
};

/** Messages that were taken since a line of the audit trail, some at a time behind a place; not those that came again. */
export async function takenSince(
  database: Asking,
  { since, place, most }: { readonly since: number; readonly place: number; readonly most: number },
): Promise<TakenMessage[]> {
  return database.all<TakenMessage>(sql`
    select a.place::int as place, a.message_id as "messageId", a.interaction, m.received_at as "receivedAt",
      a.organisation, a.asid, m.prescription_ids[1] as prescription, m.outcome->>'kind' as kind, m.body
    from (select min(id) as place, message_id, interaction, min(organisation) as organisation, min(asid) as asid
        from platform.audit
        where id > ${since} and message_id is not null
          and outcome not like 'repeated: %' and outcome not like 'id used before: %'
        group by message_id, interaction having min(id) > ${place} order by 1 limit ${most}) as a
    join prescriptions.message m on m.message_id = a.message_id and m.interaction = a.interaction
    order by 1`);
}

/** What was done here without a message: the old store does it by itself, or has no word for it. */
export async function doneByItself(
  database: Asking,
  place: number,
): Promise<{ interaction: string; prescription: string; at: Date }[]> {
  return database.all(sql`
    select a.interaction, a.prescription_id as prescription, a.at from platform.audit a
    where a.id > ${place} and a.message_id is not null and a.prescription_id is not null
      and not exists (select from prescriptions.message m
        where m.message_id = a.message_id and m.interaction = a.interaction)
    order by a.id`);
}
