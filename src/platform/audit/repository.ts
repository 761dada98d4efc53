import type { Database } from '../database.ts';
import { type Sql, sql } from '../sql.ts';
import type { AuditRow } from './entry.ts';
import { bytesOf, type Seal, type Sealed, sealedOf } from './seal.ts';
import type { Waiting } from './waiting.ts';

/** Microseconds as PostgreSQL keeps them, in UTC. */
function instant(column: Sql): Sql {
  return sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

export const ROW = sql`a.id, ${instant(sql`a.recorded_at`)} as "recordedAt", ${instant(sql`a.at`)} as at,
  a.interaction, a.request_id as "requestId", a.message_id as "messageId", a.user_id as "userId",
  a.role_profile as "roleProfile", a.organisation, a.asid, a.session,
  a.prescription_id as "prescriptionId", a.nhs_number as "nhsNumber", a.outcome, a.source_address as "sourceAddress"`;

/** A seal as it is kept: with what it is over, null once that was purged, and the ids that may come late. */
export type KeptSeal = {
  readonly seal: Seal;
  readonly sealed: Sealed | null;
  readonly waiting: readonly Waiting[];
};

type SealRow = Omit<Seal, 'sealedAt'> & {
  readonly sealedAt: Date;
  readonly sealed: Buffer | null;
  readonly waiting: readonly Waiting[];
};

const SEAL = sql`number, sealed_at as "sealedAt", before, rows, last_id as "lastId", previous, root,
  key_id as "keyId", signature, waiting`;

function keptOf({ sealed, waiting, sealedAt, ...seal }: SealRow): KeptSeal {
  return {
    seal: { ...seal, sealedAt: sealedAt.toISOString() },
    sealed: sealed === null ? null : sealedOf(sealed),
    waiting,
  };
}

/** Without what it is over. */
export async function lastSeal(database: Database): Promise<KeptSeal | null> {
  const [row] = await database.all<SealRow>(sql`
    select ${SEAL}, null::bytea as sealed from platform.audit_seal order by number desc limit 1`);
  return row === undefined ? null : keptOf(row);
}

/** From one number on; at most `most`. */
export async function sealsFrom(
  database: Database,
  number: number,
  most: number,
): Promise<KeptSeal[]> {
  const rows = await database.all<SealRow>(sql`
    select ${SEAL}, sealed from platform.audit_seal where number >= ${number}
    order by number limit ${most}`);
  return rows.map(keptOf);
}

/** As `sealsFrom`, without what they are over. */
export async function headsFrom(database: Database, number: number, most: number): Promise<Seal[]> {
  const rows = await database.all<SealRow>(sql`
    select ${SEAL}, null::bytea as sealed from platform.audit_seal where number >= ${number}
    order by number limit ${most}`);
  return rows.map((row) => keptOf(row).seal);
}

/** Numbers of the first and the last seal that were made between two instants, both included; null: there is none. */
export async function sealsBetween(
  database: Database,
  from: string | null,
  to: string | null,
): Promise<{ readonly first: number; readonly last: number } | null> {
  const [row] = await database.all<{ first: number | null; last: number | null }>(sql`
    select min(number) as first, max(number) as last from platform.audit_seal
    where sealed_at between coalesce(${from}::timestamptz, '-infinity') and coalesce(${to}::timestamptz, 'infinity')`);
  return row?.first == null || row.last === null ? null : { first: row.first, last: row.last };
}

export type Unsealed = {
  readonly now: Date;
  readonly rows: readonly AuditRow[];
  readonly late: readonly AuditRow[];
};

/** Rows behind an id, and those that were waited for, of one moment; each in the order of ids. */
export async function unsealed(
  database: Database,
  lastId: number,
  waiting: readonly Waiting[],
  most: number,
): Promise<Unsealed> {
  const rows = await database.all<AuditRow & { now: Date; isLate: boolean }>(sql`
    select *, now() from (
      (select ${ROW}, false as "isLate" from platform.audit a where a.id > ${lastId} order by a.id limit ${most})
      union all
      (select ${ROW}, true as "isLate"
        from unnest(${waiting.map(({ from }) => from)}::bigint[], ${waiting.map(({ to }) => to)}::bigint[]) as w("from", "to")
        join platform.audit a on a.id between w."from" and w."to")
    ) found order by id`);
  const of = (late: boolean): AuditRow[] =>
    rows.filter(({ isLate }) => isLate === late).map(({ now: _now, isLate: _late, ...row }) => row);
  return { now: rows[0]?.now ?? new Date(0), rows: of(false), late: of(true) };
}

export async function hasUnsealed(database: Database): Promise<boolean> {
  const [row] = await database.all<{ has: boolean }>(sql`
    select exists (select from platform.audit where id > coalesce(
      (select last_id from platform.audit_seal order by number desc limit 1), 0)) as has`);
  return row?.has ?? false;
}

/** False when somebody else has made the seal of this number. */
export async function keepSeal(
  database: Database,
  seal: Seal,
  sealed: Sealed,
  waiting: readonly Waiting[],
): Promise<boolean> {
  const { number, sealedAt, before, rows, lastId, previous, root, keyId, signature } = seal;
  const kept = await database.write(sql`
    insert into platform.audit_seal
      (number, sealed_at, before, rows, last_id, waiting, previous, root, key_id, signature, sealed)
    values (${number}, ${sealedAt}::timestamptz, ${before}, ${rows}, ${lastId}, ${JSON.stringify(waiting)}::json,
      ${previous}, ${root}, ${keyId}, ${signature}, ${bytesOf(sealed)})
    on conflict do nothing returning number`);
  return kept.length === 1;
}

/** Rows behind one id up to another, and some others by their ids, in the order of ids. */
export function rowsUpTo(
  database: Database,
  {
    after,
    lastId,
    others,
  }: { readonly after: number; readonly lastId: number; readonly others: readonly number[] },
): Promise<AuditRow[]> {
  return database.all<AuditRow>(sql`
    select ${ROW} from platform.audit a where a.id > ${after} and a.id <= ${lastId}
    union all
    select ${ROW} from platform.audit a where a.id = any(${others}::bigint[])
    order by id`);
}

/**
 * Removes the rows of one seal whose list is still there and that was made before an instant; the seal stays. Answers
 * how many rows went, null when there is no such seal.
 */
export async function purgeOne(database: Database, before: string): Promise<number | null> {
  const [oldest] = await database.all<{ number: number; sealed: Buffer }>(sql`
    select number, sealed from platform.audit_seal
    where sealed_at < ${before}::timestamptz and sealed is not null order by sealed_at limit 1`);
  if (oldest === undefined) return null;
  const gone = await database.write(sql`
    with emptied as (update platform.audit_seal set sealed = null where number = ${oldest.number} returning number)
    delete from platform.audit a using emptied where a.id = any(${sealedOf(oldest.sealed).ids}::bigint[]) returning a.id`);
  return gone.length;
}
