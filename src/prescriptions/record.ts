import type { Actor } from '../identity/index.ts';
import type { Instant } from '../kernel/instant.ts';
import { type Database, violatedConstraint } from '../platform/database.ts';
import { type Statement, sql } from '../platform/sql.ts';
import { auditWord, type Outcome } from './outcome.ts';
import type { PrescriptionId } from './prescription-id.ts';
import type { Change, Envelope } from './repository.ts';

/**
 * Writes a message and all it changes, in one statement and so all or nothing [PLATFORM P-6].
 * Only prescriptions that are still as they were read are changed (compare-and-set on the version);
 * answers which, in the order given. Null when the message id was taken meanwhile: read its answer.
 */
export async function record(
  database: Database,
  envelope: Envelope,
  outcome: Outcome,
  changes: readonly Change[],
): Promise<PrescriptionId[] | null> {
  try {
    const [row] = await database.all<{ changed: PrescriptionId[] | null }>(
      recordStatement(envelope, outcome, changes),
    );
    return row?.changed ?? [];
  } catch (error) {
    if (violatedConstraint(error) === 'message_pkey') return null;
    throw error;
  }
}

function recordStatement(
  envelope: Envelope,
  outcome: Outcome,
  changes: readonly Change[],
): Statement {
  const { messageId, requestId, interaction, body, digest, actor, at } = envelope;
  const events = changes.flatMap((change) =>
    change.events.map((event) => ({ ...event, id: change.id })),
  );
  const enters = changes.flatMap(({ id, queue }) =>
    queue?.kind === 'enter' ? [{ ...queue, id }] : [],
  );
  const leaves = changes.flatMap(({ id, queue }) =>
    queue?.kind === 'leave' ? [{ ...queue, id }] : [],
  );
  const leaving = changes.flatMap((change) =>
    change.leaving.map((sent) => ({ ...sent, id: change.id })),
  );
  return sql`
    with head as (
      insert into prescriptions.prescription as p
        (prescription_id, version, status, expires_on, state, head_hash)
      select * from unnest(
        ${changes.map((c) => c.id)}::text[], ${changes.map((c) => c.before.version + c.events.length)}::int[],
        ${changes.map((c) => c.status)}::text[], ${changes.map((c) => c.expiresOn)}::date[],
        ${changes.map((c) => JSON.stringify(c.after))}::json[],
        ${changes.map((c) => c.events.at(-1)?.hash ?? c.before.hash)}::bytea[])
      on conflict (prescription_id) do update set version = excluded.version, status = excluded.status,
        expires_on = excluded.expires_on, state = excluded.state, head_hash = excluded.head_hash
      where p.version = (
        select was from unnest(${changes.map((c) => c.id)}::text[], ${changes.map((c) => c.before.version)}::int[])
          as known(id, was) where id = p.prescription_id)
      returning prescription_id
    ), event as (
      insert into prescriptions.event (prescription_id, number, kind, at, message_id, data, hash)
      select e.id, e.number, e.kind, ${at}::timestamptz, ${messageId}::uuid, e.data, e.hash
      from unnest(${events.map((e) => e.id)}::text[], ${events.map((e) => e.number)}::int[],
        ${events.map((e) => e.kind)}::text[], ${events.map((e) => e.data)}::json[],
        ${events.map((e) => e.hash)}::bytea[]) as e(id, number, kind, data, hash)
      join head on head.prescription_id = e.id
    ), entered as (
      insert into prescriptions.download_queue (organisation, prescription_id, issue, prescribed_at,
        available_on, expires_on, entered_at, entered_by)
      select q.organisation, q.id, q.issue, q.prescribed_at, q.available_on, q.expires_on,
        ${at}::timestamptz, ${messageId}::uuid
      from unnest(${enters.map((q) => q.organisation)}::text[], ${enters.map((q) => q.id)}::text[],
        ${enters.map((q) => q.issue)}::smallint[], ${enters.map((q) => q.prescribedAt)}::timestamptz[],
        ${enters.map((q) => q.availableOn)}::date[], ${enters.map((q) => q.expiresOn)}::date[])
        as q(organisation, id, issue, prescribed_at, available_on, expires_on)
      join head on head.prescription_id = q.id
    ), gone as (
      update prescriptions.download_queue d
      set left_at = ${at}::timestamptz, left_by = ${messageId}::uuid, left_because = q.because
      from unnest(${leaves.map((q) => q.organisation)}::text[], ${leaves.map((q) => q.id)}::text[],
        ${leaves.map((q) => q.issue)}::smallint[], ${leaves.map((q) => q.because)}::text[])
        as q(organisation, id, issue, because)
      join head on head.prescription_id = q.id
      where d.organisation = q.organisation and d.prescription_id = q.id and d.issue = q.issue
        and d.left_at is null
    ), patient as (
      insert into prescriptions.patient_prescription (nhs_number, prescription_id)
      select c.nhs_number, c.id
      from unnest(${changes.map((c) => c.id)}::text[], ${changes.map((c) => c.nhsNumber)}::text[],
        ${changes.map((c) => c.before.state?.kind !== 'prescription')}::boolean[]) as c(id, nhs_number, is_new)
      join head on head.prescription_id = c.id
      where c.is_new and c.nhs_number is not null
      on conflict do nothing
    ), sent as (
      insert into platform.outbox (bucket, topic, destination, key, body, due_at)
      select (get_byte(sha256(l.id::bytea), 0) % 64)::smallint, l.topic, l.destination, l.key, l.body, now()
      from unnest(${leaving.map((l) => l.id)}::text[], ${leaving.map((l) => l.topic)}::text[],
        ${leaving.map((l) => l.destination)}::text[], ${leaving.map((l) => l.key)}::text[],
        ${leaving.map((l) => JSON.stringify(l.body))}::json[]) as l(id, topic, destination, key, body)
      join head on head.prescription_id = l.id
    ), audit as (
      insert into platform.audit (at, interaction, request_id, message_id, user_id, role_profile,
        organisation, asid, session, prescription_id, nhs_number, outcome)
      select ${at}::timestamptz, ${interaction}::text, ${requestId}::uuid, ${messageId}::uuid, ${actor.userId}::text,
        ${actor.roleProfile}::text, ${actor.organisation}::text, ${actor.asid}::text, ${actor.session}::text,
        c.id, c.nhs_number, ${auditWord(outcome)}::text
      from unnest(${changes.map((c) => c.id)}::text[], ${changes.map((c) => c.nhsNumber)}::text[]) as c(id, nhs_number)
      join head on head.prescription_id = c.id
    ), message as (
      insert into prescriptions.message (message_id, interaction, received_at, prescription_ids, digest, body, outcome)
      select ${messageId}::uuid, ${interaction}::text, ${at}::timestamptz, array_agg(prescription_id order by array_position(${changes.map((c) => c.id)}::text[], prescription_id)),
        ${digest}::bytea, ${body}::bytea, ${JSON.stringify(outcome)}::json
      from head having count(*) > 0
    )
    select array_agg(prescription_id order by array_position(${changes.map((c) => c.id)}::text[], prescription_id)) as changed
    from head`;
}

/** A message that changed nothing is kept too, with its refusal, its audit line and its answer. */
export async function recordRefusal(
  database: Database,
  envelope: Envelope,
  outcome: Outcome,
  about: { readonly id: PrescriptionId | null; readonly nhsNumber: string | null },
): Promise<boolean> {
  const { messageId, requestId, interaction, body, digest, actor, at } = envelope;
  const ids = about.id === null ? [] : [about.id];
  try {
    await database.all(sql`
      with message as (
        insert into prescriptions.message (message_id, interaction, received_at, prescription_ids, digest, body, outcome)
        values (${messageId}::uuid, ${interaction}::text, ${at}::timestamptz, ${ids}::text[], ${digest}::bytea,
          ${body}::bytea, ${JSON.stringify(outcome)}::json)
      )
      insert into platform.audit (at, interaction, request_id, message_id, user_id, role_profile,
        organisation, asid, session, prescription_id, nhs_number, outcome)
      values (${at}::timestamptz, ${interaction}::text, ${requestId}::uuid, ${messageId}::uuid, ${actor.userId}::text,
        ${actor.roleProfile}::text, ${actor.organisation}::text, ${actor.asid}::text, ${actor.session}::text,
        ${about.id}::text, ${about.nhsNumber}::text, ${auditWord(outcome)}::text)`);
    return true;
  } catch (error) {
    if (violatedConstraint(error) === 'message_pkey') return false;
    throw error;
  }
}

export type Reading = {
  readonly actor: Actor;
  readonly requestId: string;
  readonly at: Instant;
  readonly read: readonly { readonly id: PrescriptionId; readonly nhsNumber: string }[];
};

/** Who looked at which prescriptions; a search that found none reads no record. */
export async function recordReading(database: Database, reading: Reading): Promise<void> {
  const { actor, requestId, at, read } = reading;
  if (read.length === 0) return;
  await database.all(sql`
    insert into platform.audit (at, interaction, request_id, user_id, role_profile, organisation,
      asid, session, prescription_id, nhs_number, outcome)
    select ${at}::timestamptz, 'track', ${requestId}::uuid, ${actor.userId}::text, ${actor.roleProfile}::text,
      ${actor.organisation}::text, ${actor.asid}::text, ${actor.session}::text, id, nhs_number, 'read'
    from unnest(${read.map(({ id }) => id)}::text[], ${read.map(({ nhsNumber }) => nhsNumber)}::text[])
      as r(id, nhs_number)`);
}
