import { type LondonDate, londonDate } from '../../kernel/london.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import {
  type Created,
  type Holding,
  type Issue,
  type Item,
  issueStatusOf,
  type Prescription,
  type PrescriptionId,
} from '../../prescriptions/rules.ts';
import type { Row } from '../lx1/tables.ts';
import { itemsOf, notificationOf } from './items.ts';
import { idOf, type LegacyRecord, odsOf } from './record.ts';

/** Where the rows that say how things stand are believed, and not the history [MIGRATION 4, D1, D10, D29]. */
export function asRowsSay(
  record: LegacyRecord,
  id: PrescriptionId,
  created: Created,
  pending: Prescription['pending'],
): Prescription {
  const { rows } = record;
  const numbered = rows.ISSUE.map(({ row }) => row).toSorted(
    (one, other) => Number(one.ISSUE_NO) - Number(other.ISSUE_NO),
  );
  const { orderId, longFormId, treatment, prescribedAt, patient, prescriber } = created;
  const begun = numbered.filter(({ STATUS: status }) => status !== '9000');
  const rest = numbered.filter(({ STATUS: status }) => status === '9000');
  const issues = begun.map((row) => issueOfRow(record, row, created));
  const { expiresOn, ...repeats } = created.repeats ?? { expiresOn: created.expiresOn };
  const first = rest[0];
  return {
    kind: 'prescription',
    id,
    orderId,
    longFormId,
    treatment,
    prescribedAt,
    patient,
    prescriber,
    nominated: nominatedNow(record),
    currentIssue: currentOf(issues, Number(numbered.at(-1)?.ISSUE_NO ?? 1)),
    issues,
    repeats: 'issues' in repeats ? repeats : null,
    later:
      first === undefined
        ? null
        : {
            from: Number(first.ISSUE_NO),
            to: Number(rest.at(-1)?.ISSUE_NO),
            expiresOn,
            items: itemsOf(record, Number(first.ISSUE_NO)),
          },
    pending,
  };
}

const OVER = ['Dispensed', 'NotDispensed', 'Claimed', 'NoClaimed', 'Cancelled', 'Expired'];

/** The first that is not completed, or else the last [MIGRATION 4, D2]. */
function currentOf(issues: readonly Issue[], last: number): number {
  return (
    issues.find(({ status }) => !OVER.includes(status))?.number ?? issues.at(-1)?.number ?? last
  );
}

function nominatedNow({ rows, prescription }: LegacyRecord): Prescription['nominated'] {
  const waiting = rows.NOM_RELEASE.find(({ row }) => row.STATE === 'PENDING')?.row.ORG;
  const last = rows.RELEASE.findLast(({ row }) => row.ISSUE_NO === prescription.CURRENT_ISSUE)?.row;
  const isBack = last?.END_KIND === 'RETURN' || last?.END_KIND === 'ADMIN_RESET';
  const named = waiting ?? (isBack ? null : prescription.NOM_ORG);
  return named === null || named === '' ? null : odsOf(named);
}

function issueOfRow(record: LegacyRecord, row: Row<'ISSUE'>, created: Created): Issue {
  const number = Number(row.ISSUE_NO);
  const expiresOn =
    number === 1 ? created.expiresOn : (created.repeats?.expiresOn ?? created.expiresOn);
  const items = itemsOf(record, number);
  const common = { number, expiresOn, items };
  const status = issueStatusOf(row.STATUS) ?? 'ToBeDispensed';
  const closedAt = closedAtOf(record, row);
  switch (status) {
    case 'ToBeDispensed':
    case 'AwaitingReleaseReady':
    case 'RepeatDispenseFuture':
    case 'PrescriptionFuture':
      return waiting(record, row, { ...common, status });
    case 'WithDispenser':
    case 'WithDispenserActive':
    case 'Dispensed':
    case 'NotDispensed':
      return { ...common, status, holding: holdingOf(record, row, items) };
    case 'Claimed':
      return {
        ...common,
        status,
        holding: holdingOf(record, row, items),
        claim: claimOf(record, row),
      };
    case 'NoClaimed':
      return { ...common, status, holding: holdingOf(record, row, items), closedAt };
    case 'Cancelled':
    case 'Expired':
    case 'CancelledFuture':
      return { ...common, status: status === 'CancelledFuture' ? 'Cancelled' : status, closedAt };
  }
}

type Waiting = Extract<Issue, { readyOn: LondonDate }>;

function waiting(
  record: LegacyRecord,
  row: Row<'ISSUE'>,
  common: Omit<Waiting, 'readyOn'>,
): Waiting {
  const prescribed = record.instant('PRESCRIPTION.PRESC_TS', record.prescription.PRESC_TS);
  const readyOn = record.day(row.NOM_DOWNLOAD_DT) ?? londonDate(new Date(prescribed));
  const releases = record.rows.RELEASE.filter((one) => one.row.ISSUE_NO === row.ISSUE_NO);
  const isBack = releases.some((one) => one.row.END_KIND !== null);
  return isBack ? { ...common, readyOn, isReturned: true } : { ...common, readyOn };
}

function holdingOf(record: LegacyRecord, row: Row<'ISSUE'>, items: readonly Item[]): Holding {
  const release = record.rows.RELEASE.findLast((one) => one.row.ISSUE_NO === row.ISSUE_NO)?.row;
  const replaced = new Set(record.rows.DISPENSE.map((one) => one.row.AMENDS_DN_ID));
  const standing = record.rows.DISPENSE.map((one) => one.row)
    .filter(
      (one) => one.ISSUE_NO === row.ISSUE_NO && one.WITHDRAWN !== 'Y' && !replaced.has(one.DN_ID),
    )
    .toSorted((one, other) => (one.DN_TS < other.DN_TS ? -1 : 1));
  const org = row.DISPENSER_ORG ?? release?.ORG ?? standing[0]?.ORG ?? '';
  return {
    holder: record.party(org, null),
    releasedAt: record.instant('ISSUE.RELEASE_DT', row.RELEASE_DT ?? release?.REL_TS ?? null),
    releaseId: derivedUuid('release response', idOf(row.RELEASE_MSG_ID ?? '')),
    itemsAtRelease: items.map((item) => ({
      ...item,
      status:
        item.status === 'Cancelled' || item.status === 'Expired' ? item.status : 'WithDispenser',
    })),
    notifications: standing.map((one) => notificationOf(record, one, Number(row.ISSUE_NO))),
  };
}

function claimOf(
  record: LegacyRecord,
  row: Row<'ISSUE'>,
): Extract<Issue, { status: 'Claimed' }>['claim'] {
  const claims = record.rows.CLAIM.map((one) => one.row)
    .filter((one) => one.ISSUE_NO === row.ISSUE_NO)
    .toSorted((one, other) => (one.RECV_TS < other.RECV_TS ? -1 : 1));
  const last = row.CLAIM_ID ?? claims.at(-1)?.CLAIM_ID ?? '';
  return {
    id: idOf(last),
    firstReceivedAt: record.instant('CLAIM.RECV_TS', claims[0]?.RECV_TS ?? row.CLAIM_RECV_DT),
    replaced: claims.filter((one) => one.CLAIM_ID !== last).map((one) => idOf(one.CLAIM_ID)),
  };
}

/** When it was over: by its history, or else by the day that its row has. */
function closedAtOf(record: LegacyRecord, row: Row<'ISSUE'>): Holding['releasedAt'] {
  const step = record.rows.STATUS_HIST.findLast((one) => one.row.ISSUE_NO === row.ISSUE_NO)?.row;
  if (step?.TO_STATUS === row.STATUS) return record.instant('STATUS_HIST.RECV_TS', step.RECV_TS);
  const day = row.COMPLETION_DT;
  return record.instant(
    'ISSUE.COMPLETION_DT',
    day === null ? record.prescription.LAST_UPD_TS : `${day}120000`,
  );
}
