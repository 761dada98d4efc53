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

/** That somebody looked into the trail, and at whose lines; kept before they are shown. */
export async function recordLook(
  database: Database,
  command: string,
  { nhsNumber, outcome }: { readonly nhsNumber: string | null; readonly outcome: string },
): Promise<void> {
  await database.write(sql`
    insert into platform.audit (at, interaction, request_id, session, nhs_number, outcome)
    values (now(), ${command.replace(' ', '-')}, ${randomUUID()}::uuid, ${`spine ${command}`}, ${nhsNumber}, ${outcome})`);
}
