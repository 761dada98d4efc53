import { sourceAddress } from '../platform/audit/source.ts';
import type { Actor } from '../identity/index.ts';
import type { Instant } from '../kernel/instant.ts';
import { type Database, violatedConstraint } from '../platform/database.ts';
import { list, type Sql, sql } from '../platform/sql.ts';
import { auditWord, type Outcome } from './outcome.ts';
import type { PrescriptionId } from './prescription-id.ts';
import { deceased } from './patients/repository.ts';
import { IS_CLOSED, NotTakenYet } from './opening/repository.ts';
import { optional, queueParts } from './queued/repository.ts';
import type { Act, Change, Envelope } from './repository.ts';

/**
 * Writes a message and all it changes, in one statement and so all or nothing [PLATFORM P-6].
 * Only prescriptions that are still as they were read are changed (compare-and-set on the version);
 * answers which, in the order given. Null when the message id was taken meanwhile: read its answer.
 * Throws `NotTakenYet` while prescriptions are still moved here.
 */
export async function record(
  database: Database,
  envelope: Envelope | Act,
  outcome: Outcome,
  changes: readonly Change[],
): Promise<PrescriptionId[] | null> {
  try {
    const [row] = await database.write<{ changed: PrescriptionId[] | null; isClosed: boolean }>(
      recordStatement(envelope, outcome, changes),
      changes.toSorted(byId)[0]?.id,
    );
    if (row?.isClosed === true) throw new NotTakenYet();
    return row?.changed ?? [];
  } catch (error) {
    if (violatedConstraint(error) === 'message_pkey') return null;
    throw error;
  }
}

/** `head` says which prescriptions were changed; every other part hangs on it, and is there only if it has rows. */
function recordStatement(
  envelope: Envelope | Act,
  outcome: Outcome,
  changes: readonly Change[],
): Sql {
  const parts = [
    sql`head as (${headOf(changes)})`,
    sql`event as (${eventsOf(envelope, changes)})`,
    sql`audit as (${auditOf(envelope, outcome, changes)})`,
    ...('body' in envelope ? [sql`message as (${messageOf(envelope, outcome, changes)})`] : []),
    ...alongsideOf(envelope, outcome).map(
      (insert) => sql`alongside as (${insert} where exists (select from head))`,
    ),
    ...queueParts(envelope, changes),
    ...optional((rows) => sql`forgotten as (${forgottenOf(rows)})`, forgottenRows(changes)),
    ...optional((rows) => sql`patient as (${patientOf(rows)})`, patientRows(changes)),
    ...optional((rows) => sql`sent as (${sentOf(rows)})`, sentRows(changes)),
  ];
  return sql`with ${list(parts)}
    select array_agg(prescription_id order by ${placeOf(changes)}) as changed, ${IS_CLOSED} as "isClosed" from head`;
}

function alongsideOf(envelope: Envelope | Act, outcome: Outcome): Sql[] {
  const alongside = 'alongside' in envelope ? envelope.alongside : undefined;
  return alongside === undefined ? [] : [alongside(outcome)];
}

/** The order in which the prescriptions were given. */
function placeOf(changes: readonly Change[]): Sql {
  return sql`array_position(${changes.map(({ id }) => id)}::text[], prescription_id)`;
}

/**
 * A message either brings a prescription that nobody knew, of a patient who lives, or changes ones that are known: these in the
 * order of their ids, so that two messages that change the same ones do not wait for each other crosswise.
 */
function headOf(changes: readonly Change[]): Sql {
  const isNew = changes.every(({ before }) => before.version === 0);
  const patient = changes[0]?.nhsNumber ?? null;
  const rows = changes.toSorted(byId).map(
    ({
      id,
      before,
      after,
      status,
      expiresOn,
      dueOn,
      events,
    }) => sql`(${id}::text, ${before.version}::int,
      ${before.version + events.length}::int, ${status}::text, ${expiresOn}::date, ${dueOn}::date, ${JSON.stringify(after)}::json,
      ${events.at(-1)?.hash ?? before.hash}::bytea)`,
  );
  const known = sql`(values ${list(rows)}) as v(id, was, version, status, expires_on, due_on, state, head_hash)`;
  return isNew
    ? sql`insert into prescriptions.prescription (prescription_id, version, status, expires_on, due_on, state, head_hash)
        select id, version, status, expires_on, due_on, state, head_hash from ${known}
        where not exists (select from prescriptions.patient p where ${deceased(sql`${patient}::text`)})
          and not ${IS_CLOSED}
        on conflict (prescription_id) do nothing returning prescription_id`
    : sql`update prescriptions.prescription p set version = v.version, status = v.status,
        expires_on = v.expires_on, due_on = v.due_on, state = v.state, head_hash = v.head_hash
        from ${known} where p.prescription_id = v.id and p.version = v.was and not ${IS_CLOSED}
        returning prescription_id`;
}

function byId({ id: one }: Change, { id: other }: Change): number {
  return one < other ? -1 : 1;
}

function eventsOf({ messageId, at }: Act, changes: readonly Change[]): Sql {
  const rows = changes.flatMap(({ id, events }) =>
    events.map(
      ({ number, kind, data, hash }) =>
        sql`(${id}::text, ${number}::int, ${kind}::text, ${data}::json, ${hash}::bytea)`,
    ),
  );
  return sql`insert into prescriptions.event (prescription_id, number, kind, at, message_id, data, hash)
    select v.id, v.number, v.kind, ${at}::timestamptz, ${messageId}::uuid, v.data, v.hash
    from (values ${list(rows)}) as v(id, number, kind, data, hash) join head on prescription_id = v.id`;
}

function auditOf(envelope: Act, outcome: Outcome, changes: readonly Change[]): Sql {
  const rows = changes.map(({ id, nhsNumber }) => sql`(${id}::text, ${nhsNumber}::text)`);
  return sql`insert into platform.audit ${AUDIT_COLUMNS}
    select ${auditValues(envelope)}, v.id, v.nhs_number, ${auditWord(outcome)}::text
    from (values ${list(rows)}) as v(id, nhs_number) join head on prescription_id = v.id`;
}

const AUDIT_COLUMNS = sql`(at, interaction, request_id, message_id, user_id, role_profile,
  organisation, asid, session, source_address, prescription_id, nhs_number, outcome)`;

function auditValues({ at, interaction, requestId, messageId, actor }: Act): Sql {
  return sql`${at}::timestamptz, ${interaction}::text, ${requestId}::uuid, ${messageId}::uuid, ${actor.userId}::text,
    ${actor.roleProfile}::text, ${actor.organisation}::text, ${actor.asid}::text, ${actor.session}::text,
    ${sourceAddress()}::text`;
}

function messageOf(envelope: Envelope, outcome: Outcome, changes: readonly Change[]): Sql {
  return sql`insert into prescriptions.message ${MESSAGE_COLUMNS}
    select ${messageValues(envelope, outcome)}, array_agg(prescription_id order by ${placeOf(changes)})
    from head having count(*) > 0`;
}

const MESSAGE_COLUMNS = sql`(message_id, interaction, received_at, digest, body, outcome, prescription_ids)`;

function messageValues(
  { messageId, interaction, at, digest, body }: Envelope,
  outcome: Outcome,
): Sql {
  return sql`${messageId}::uuid, ${interaction}::text, ${at}::timestamptz, ${digest}::bytea, ${body}::bytea,
    ${JSON.stringify(outcome)}::json`;
}

/** A record that is gone is its patient's no more. */
function forgottenRows(changes: readonly Change[]): Sql[] {
  return changes.flatMap(({ id, before, after }) =>
    after.kind === 'tombstone' && before.state?.kind === 'prescription'
      ? [sql`(${before.state.patient}::text, ${id}::text)`]
      : [],
  );
}

function forgottenOf(rows: Sql): Sql {
  return sql`delete from prescriptions.patient_prescription p
    using (values ${rows}) as v(nhs_number, id) join head on prescription_id = v.id
    where p.nhs_number = v.nhs_number and p.prescription_id = v.id`;
}

/** Only a prescription that has just come is new to its patient's index. */
function patientRows(changes: readonly Change[]): Sql[] {
  return changes.flatMap(({ id, nhsNumber, before }) =>
    nhsNumber === null || before.state?.kind === 'prescription'
      ? []
      : [sql`(${nhsNumber}::text, ${id}::text)`],
  );
}

function patientOf(rows: Sql): Sql {
  return sql`insert into prescriptions.patient_prescription (nhs_number, prescription_id)
    select v.* from (values ${rows}) as v(nhs_number, id) join head on prescription_id = v.id
    on conflict do nothing`;
}

function sentRows(changes: readonly Change[]): Sql[] {
  return changes.flatMap(({ id, leaving }) =>
    leaving.map(
      ({
        topic,
        destination,
        key,
        body,
      }) => sql`(${id}::text, ${topic}::text, ${destination}::text, ${key}::text,
        ${JSON.stringify(body)}::json)`,
    ),
  );
}

function sentOf(rows: Sql): Sql {
  return sql`insert into platform.outbox (bucket, topic, destination, key, body, due_at)
    select (get_byte(sha256(v.id::bytea), 0) % 64)::smallint, v.topic, v.destination, v.key, v.body, now()
    from (values ${rows}) as v(id, topic, destination, key, body) join head on prescription_id = v.id`;
}

/** A message that changed nothing is kept too, with its refusal, its audit line and its answer. */
export async function recordRefusal(
  database: Database,
  envelope: Envelope,
  outcome: Outcome,
  about: { readonly id: PrescriptionId; readonly nhsNumber: string | null },
): Promise<boolean> {
  const message = sql`message as (insert into prescriptions.message ${MESSAGE_COLUMNS}
    select ${messageValues(envelope, outcome)}, array[${about.id}::text] where not ${IS_CLOSED}
    returning message_id)`;
  const more = alongsideOf(envelope, outcome).map(
    (insert) => sql`alongside as (${insert} where exists (select from message))`,
  );
  try {
    const statement = sql`
      with ${list([message, ...more])}
      insert into platform.audit ${AUDIT_COLUMNS}
      select ${auditValues(envelope)}, ${about.id}::text, ${about.nhsNumber}::text, ${auditWord(outcome)}::text
      from message returning id`;
    const kept = await database.write(statement, about.id);
    if (kept.length === 0) throw new NotTakenYet();
    return true;
  } catch (error) {
    if (violatedConstraint(error) === 'message_pkey') return false;
    throw error;
  }
}

/**
 * A message that comes again, or an id that comes with other content: it changes nothing, and who sent
 * it is written before the answer, for each record that the first message was about [RELIABILITY F16, I16].
 */
export async function recordAgain(
  database: Database,
  envelope: Envelope,
  word: string,
  about: readonly PrescriptionId[],
): Promise<void> {
  await database.write(sql`
    insert into platform.audit ${AUDIT_COLUMNS}
    select ${auditValues(envelope)}, r.id, p.state->>'patient', ${word}::text
    from unnest(${about}::text[]) as r(id) left join prescriptions.prescription p on p.prescription_id = r.id`);
}

export type Reading = {
  readonly actor: Actor;
  /** By what it was asked. */
  readonly interaction: string;
  readonly requestId: string;
  readonly at: Instant;
  readonly read: readonly { readonly id: PrescriptionId; readonly nhsNumber: string }[];
};

/** Who looked at which prescriptions; a search that found none reads no record. */
export async function recordReading(database: Database, reading: Reading): Promise<void> {
  const { actor, interaction, requestId, at, read } = reading;
  if (read.length === 0) return;
  await database.write(sql`
    insert into platform.audit (at, interaction, request_id, user_id, role_profile, organisation,
      asid, session, source_address, prescription_id, nhs_number, outcome)
    select ${at}::timestamptz, ${interaction}::text, ${requestId}::uuid, ${actor.userId}::text, ${actor.roleProfile}::text,
      ${actor.organisation}::text, ${actor.asid}::text, ${actor.session}::text, ${sourceAddress()}::text, id, nhs_number, 'read'
    from unnest(${read.map(({ id }) => id)}::text[], ${read.map(({ nhsNumber }) => nhsNumber)}::text[])
      as r(id, nhs_number)`);
}
