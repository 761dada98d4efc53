import { type Actor, NO_APPLICATION } from '../../gateways/actor.ts';
import { instantOf } from '../../kernel/instant.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import type { Act } from '../repository.ts';
import type { PatientChange, Told } from './patient-change.ts';

type By = Pick<Act, 'actor' | 'requestId' | 'at'>;

/** A part of the statement that changes a record, whose row is `head`: what others must know leaves with it. */
export function telling(told: Told | null, by: By): Sql[] {
  const change = patientChange(told, by);
  if (change === null) return [];
  return [
    sql`told as (${intoOutbox(sql`nhs_number`, sql`${JSON.stringify(change)}::json`)} from head)`,
  ];
}

/** As `telling`, of many records that are new: `head` has their rows, `given` what is told of each, or null. */
export function tellingAll(): Sql {
  return sql`told as (${intoOutbox(sql`h.nhs_number`, sql`g.told`)}
    from head h join given g on g.number = h.nhs_number where g.told is not null)`;
}

function intoOutbox(nhsNumber: Sql, body: Sql): Sql {
  return sql`insert into platform.outbox (bucket, topic, destination, key, body, due_at)
    select (get_byte(sha256(${nhsNumber}::bytea), 0) % 64)::smallint, 'patient-changed', 'prescriptions',
      ${nhsNumber}, ${body}, now()`;
}

export function patientChange(
  told: Told | null,
  { actor, requestId, at }: By,
): PatientChange | null {
  if (told === null) return null;
  const { userId, roleProfile, organisation, asid, session } = actor;
  const by = { userId, roleProfile, organisation, asid, session };
  return { ...told, actor: by, requestId, at: instantOf(at) };
}

/** Who acts when a file of patients is read. */
export const FILE_READER: Actor = {
  userId: null,
  roleProfile: null,
  organisation: null,
  asid: null,
  ...NO_APPLICATION,
  session: 'spine patient import',
  scopes: new Set(),
};
