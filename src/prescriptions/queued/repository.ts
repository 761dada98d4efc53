import { list, type Sql, sql } from '../../platform/sql.ts';
import type { PrescriptionId } from '../prescription-id.ts';
import type { QueueChange } from '../queue.ts';
import type { Act, Change } from '../repository.ts';

/** Stays in queues that begin and end, as parts of the statement whose `head` is the prescriptions that were changed. */
export function queueParts(act: Act, changes: readonly Change[]): Sql[] {
  return [
    ...optional((rows) => sql`entered as (${enterOf(rows)})`, enterRows(act, changes)),
    ...optional((rows) => sql`moved as (${reenterOf(rows)})`, reenterRows(act, changes)),
    ...optional((rows) => sql`gone as (${leaveOf(act, rows)})`, leaveRows(changes)),
  ];
}

/** A part that is there only with rows. */
export function optional(part: (rows: Sql) => Sql, rows: readonly Sql[]): Sql[] {
  return rows.length === 0 ? [] : [part(list(rows))];
}

function enterRows(act: Act, changes: readonly Change[]): Sql[] {
  return changes.flatMap(({ id, queue }) =>
    queue.flatMap((stay) =>
      stay.kind === 'enter' && stay.renominatedBy === null
        ? [sql`(${stayValues(act, id, stay)})`]
        : [],
    ),
  );
}

function stayValues(
  { messageId, at }: Act,
  id: PrescriptionId,
  stay: Extract<QueueChange, { kind: 'enter' }>,
): Sql {
  return sql`${stay.organisation}::text, ${id}::text, ${stay.issue}::smallint, ${stay.prescribedAt}::timestamptz,
    ${stay.availableOn}::date, ${stay.expiresOn}::date, ${at}::timestamptz, ${messageId}::uuid`;
}

function enterOf(rows: Sql): Sql {
  return sql`insert into prescriptions.download_queue (organisation, prescription_id, issue, prescribed_at,
      available_on, expires_on, entered_at, entered_by)
    select v.* from (values ${rows}) as v(organisation, id, issue, prescribed_at, available_on, expires_on, at, by)
    join head on prescription_id = v.id`;
}

/** By a named person's act an issue may come again to where it was [RELIABILITY I9]. */
function reenterRows(act: Act, changes: readonly Change[]): Sql[] {
  return changes.flatMap(({ id, queue }) =>
    queue.flatMap((stay) =>
      stay.kind === 'enter' && stay.renominatedBy !== null
        ? [sql`(${stayValues(act, id, stay)}, ${stay.renominatedBy}::text)`]
        : [],
    ),
  );
}

function reenterOf(rows: Sql): Sql {
  return sql`insert into prescriptions.download_queue (organisation, prescription_id, issue, prescribed_at,
      available_on, expires_on, entered_at, entered_by, renominated_by, entry)
    select v.*, 1 + (select count(*) from prescriptions.download_queue q where q.organisation = v.organisation
      and q.prescription_id = v.id and q.issue = v.issue)
    from (values ${rows}) as v(organisation, id, issue, prescribed_at, available_on, expires_on, at, by, named)
    join head on prescription_id = v.id`;
}

function leaveRows(changes: readonly Change[]): Sql[] {
  return changes.flatMap(({ id, queue }) =>
    queue.flatMap((stay) =>
      stay.kind === 'leave'
        ? [
            sql`(${stay.organisation}::text, ${id}::text, ${stay.issue}::smallint, ${stay.because}::text)`,
          ]
        : [],
    ),
  );
}

function leaveOf({ messageId, at }: Act, rows: Sql): Sql {
  return sql`update prescriptions.download_queue d
    set left_at = ${at}::timestamptz, left_by = ${messageId}::uuid, left_because = v.because
    from (values ${rows}) as v(organisation, id, issue, because) join head on prescription_id = v.id
    where d.organisation = v.organisation and d.prescription_id = v.id and d.issue = v.issue and d.left_at is null`;
}
