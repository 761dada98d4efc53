import type { Uuid } from '../../kernel/uuid.ts';
import { startOf } from '../../kernel/london.ts';
import type { Database } from '../../platform/database.ts';
import { list, type Sql, sql } from '../../platform/sql.ts';
import type { PrescriptionId } from '../../prescriptions/rules.ts';
import { IS_HELD } from '../hold/repository.ts';
import type { Selection } from './selection.ts';

/** Ids of the records that are of a selection, in their order. */
export async function selected(
  database: Pick<Database, 'all'>,
  selection: Selection,
): Promise<PrescriptionId[]> {
  const rows = await database.all<{ id: PrescriptionId }>(sql`
    select p.prescription_id as id from prescriptions.prescription p
    where ${list(conditionsOf(selection), ' and ')} order by 1`);
  return rows.map(({ id }) => id);
}

function conditionsOf({ status, dirtyClass, nominated, isHeld, ...issue }: Selection): Sql[] {
  const conditions = [sql`p.state->>'kind' = 'prescription'`];
  if (status !== null) conditions.push(sql`p.status = ${status}`);
  if (nominated !== null) conditions.push(sql`p.state->>'nominated' = ${nominated}`);
  if (isHeld) conditions.push(IS_HELD);
  if (dirtyClass !== null) {
    conditions.push(sql`exists (select from migration.dirty d
      where d.place = p.prescription_id and d.class = ${dirtyClass})`);
  }
  const ofIssue = ofIssueOf(issue);
  if (ofIssue.length === 0) return conditions;
  const current = sql`i->>'number' = p.state->>'currentIssue'`;
  return [
    ...conditions,
    sql`exists (select from json_array_elements(p.state->'issues') as i
      where ${list([current, ...ofIssue], ' and ')})`,
  ];
}

function ofIssueOf({
  holder,
  releasedFrom,
  releasedBefore,
}: Pick<Selection, 'holder' | 'releasedFrom' | 'releasedBefore'>): Sql[] {
  const conditions: Sql[] = [];
  const released = sql`(i->'holding'->>'releasedAt')::timestamptz`;
  if (holder !== null) {
    conditions.push(sql`i->'holding'->'holder'->'organisation'->>'ods' = ${holder}`);
  }
  if (releasedFrom !== null) conditions.push(sql`${released} >= ${startOf(releasedFrom)}`);
  if (releasedBefore !== null) conditions.push(sql`${released} < ${startOf(releasedBefore)}`);
  return conditions;
}

/** That a repair begins or ends, by whom and why; each record that it changes has its own line [MIGRATION 7, 8]. */
export async function note(
  database: Database,
  about: {
    readonly at: Date;
    readonly interaction: string;
    readonly repairId: Uuid;
    readonly by: readonly [string, string];
    readonly words: string;
  },
): Promise<void> {
  const { at, interaction, repairId, by, words } = about;
  await database.write(sql`
    insert into platform.audit (at, interaction, request_id, user_id, session, outcome)
    values (${at}::timestamptz, ${interaction}, ${repairId}, ${by[0]}, 'migration', ${words})`);
}
