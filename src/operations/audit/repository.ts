import { randomUUID } from 'node:crypto';

import type { AuditRow } from '../../platform/audit/entry.ts';
import { ROW } from '../../platform/audit/repository.ts';
import type { Database } from '../../platform/database.ts';
import { list, sql } from '../../platform/sql.ts';

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

/** The latest lines first, at most so many. */
export function findLines(database: Database, wanted: Wanted, most: number): Promise<AuditRow[]> {
  const { from, to, user, organisation, interaction, prescription, request, patient } = wanted;
  const parts = [
    from === null ? [] : [sql`a.recorded_at >= ${from}::timestamptz`],
    to === null ? [] : [sql`a.recorded_at <= ${to}::timestamptz`],
    user === null ? [] : [sql`a.user_id = ${user}`],
    organisation === null ? [] : [sql`a.organisation = ${organisation}`],
    interaction === null ? [] : [sql`a.interaction = ${interaction}`],
    prescription === null ? [] : [sql`a.prescription_id = ${prescription}`],
    request === null ? [] : [sql`${request}::uuid in (a.request_id, a.message_id)`],
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
  const where = parts.length === 0 ? sql`true` : list(parts, ' and ');
  return database.all<AuditRow>(sql`
    select ${ROW} from platform.audit a where ${where} order by a.id desc limit ${most}`);
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
    insert into platform.audit (at, interaction, request_id, user_id, role_profile, organisation, session, nhs_number, outcome)
    values (now(), ${interaction}, ${randomUUID()}::uuid, ${by.userId}, ${by.roleProfile}, ${by.organisation},
      ${by.session}, ${nhsNumber}, ${outcome})`);
}
