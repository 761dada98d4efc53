import type { Instant } from '../../kernel/instant.ts';
import type { LondonDate } from '../../kernel/london.ts';
import type { Uuid } from '../../kernel/uuid.ts';
import type { OdsCode, Prescription } from '../../prescriptions/rules.ts';
import type { Row } from '../lx1/tables.ts';
import { idOf, type LegacyRecord, odsOf, stepId, UNKNOWN } from './record.ts';

/** A stay in a queue, as the old store had it. */
export type Stay = {
  readonly organisation: OdsCode;
  readonly issue: number;
  /** Of this organisation and issue, the first is 1. */
  readonly entry: number;
  readonly enteredAt: Instant;
  /** The order, or the nomination anew. */
  readonly enteredBy: Uuid;
  readonly availableOn: LondonDate;
  readonly expiresOn: LondonDate;
  /** Null or empty: nobody. */
  readonly renominatedBy: string | null;
  readonly left: {
    readonly at: Instant;
    readonly by: Uuid | null;
    readonly because: 'taken' | 'withdrawn';
  } | null;
};

/** An issue that an organisation had; kept for ever [MIGRATION 3]. */
export type ReleaseBefore = {
  readonly issue: number;
  readonly organisation: OdsCode;
  readonly at: Instant;
};

export function releasesBefore(record: LegacyRecord): ReleaseBefore[] {
  const all = record.rows.RELEASE.map(({ row }) => ({
    issue: Number(row.ISSUE_NO),
    organisation: odsOf(row.ORG),
    at: record.instant('RELEASE.REL_TS', row.REL_TS),
  }));
  return all.filter(
    (one, index) =>
      all.findIndex(
        (other) => other.issue === one.issue && other.organisation === one.organisation,
      ) === index,
  );
}

/** The row by which an issue waits in a queue now; null when it waits in none, whatever anybody is nominated [MIGRATION 3, 5 M2, M3]. */
export function waitingRow(record: LegacyRecord, state: Prescription): Row<'NOM_RELEASE'> | null {
  const pending = record.rows.NOM_RELEASE.filter(({ row }) => {
    const issue = state.issues.find(({ number }) => number === Number(row.ISSUE_NO));
    return row.STATE === 'PENDING' && issue?.status === 'ToBeDispensed';
  });
  const row = pending.at(-1)?.row ?? null;
  return row !== null && isHadBefore(record, row) ? null : row;
}

/** Whether its organisation had this issue and nobody nominated it anew since. */
function isHadBefore({ rows }: LegacyRecord, row: Row<'NOM_RELEASE'>): boolean {
  const had = rows.RELEASE.filter(
    (one) => one.row.ISSUE_NO === row.ISSUE_NO && one.row.ORG === row.ORG,
  );
  const last = had.at(-1)?.row;
  return (
    last !== undefined &&
    !rows.STATUS_HIST.some(
      (one) =>
        one.row.INTERACTION === 'spine-nomination' &&
        one.row.ORG === row.ORG &&
        one.row.RECV_TS > last.REL_TS,
    )
  );
}

/** Every stay that the old store tells of; only `waiting` has not ended. */
export function staysOf(
  record: LegacyRecord,
  state: Prescription,
  waiting: Row<'NOM_RELEASE'> | null,
): Stay[] {
  const entries = new Map<string, number>();
  return record.rows.NOM_RELEASE.flatMap(({ row }) => {
    const issue = state.issues.find(({ number }) => number === Number(row.ISSUE_NO));
    if (issue === undefined) return [];
    const place = `${row.ORG} ${row.ISSUE_NO}`;
    const entry = (entries.get(place) ?? 0) + 1;
    entries.set(place, entry);
    const enteredAt = record.instant('NOM_RELEASE.QUEUED_TS', row.QUEUED_TS);
    const nominated = record.rows.STATUS_HIST.findLast(
      (one) => one.row.INTERACTION === 'spine-nomination' && one.row.ORG === row.ORG,
    );
    return [
      {
        organisation: odsOf(row.ORG),
        issue: issue.number,
        entry,
        enteredAt,
        enteredBy:
          nominated === undefined ? idOf(record.prescription.PARENT_MSG_ID) : stepId(nominated.row),
        availableOn: 'readyOn' in issue ? issue.readyOn : issue.expiresOn,
        expiresOn: issue.expiresOn,
        renominatedBy: nominated === undefined ? nobody(entry) : (nominated.row.USER_ID ?? UNKNOWN),
        left: row === waiting ? null : leftOf(record, row, enteredAt),
      },
    ];
  });
}

/** Of a stay that nobody nominated anew for: one behind the first is told by an empty name, which the tripwire takes as none. */
function nobody(entry: number): string | null {
  return entry === 1 ? null : '';
}

function leftOf(record: LegacyRecord, row: Row<'NOM_RELEASE'>, enteredAt: Instant): Stay['left'] {
  const { DELIVERED_TS: delivered, DELIVERY_MSG_ID: message } = row;
  if (delivered === null) return { at: enteredAt, by: null, because: 'withdrawn' };
  const at = record.instant('NOM_RELEASE.DELIVERED_TS', delivered);
  return { at, by: message === null ? null : idOf(message), because: 'taken' };
}
