import type { DryRun } from '../../prescriptions/rules.ts';
import type { Group } from '../lx1/read-groups.ts';
import type { Row } from '../lx1/tables.ts';

/**
 * What the old store would have answered, by its rows and by the tables of the specification, written down here once
 * more [EPS-LIFECYCLE 4.2, 5.1, 5.4, 6.2]. `today`: `YYYYMMDD` in London.
 */
export function oldAnswers({ rows }: Group, today: string): DryRun | null {
  const prescription = rows.PRESCRIPTION[0]?.row;
  const issue = rows.ISSUE.find(({ row }) => row.ISSUE_NO === prescription?.CURRENT_ISSUE)?.row;
  if (prescription === undefined || issue === undefined) return null;
  const { STATUS: status } = issue;
  return {
    status,
    release: releaseOf(issue, today),
    cancel: cancelOf(status, isForAnother(rows.CANCELLATION, prescription.PRESCRIBER_ORG)),
    dispense: HELD.includes(status) ? 'accepted' : 'InvalidPrescriptionTransition',
    claim: CLAIMS[status] ?? 'ClaimNotDispensed',
  };
}

const HELD = ['0002', '0003'];

/** Whether an issue that waits is handed out on a day, by its own dates. */
export function isOffered(issue: Row<'ISSUE'>, today: string): boolean {
  return !isPast(issue, today) && (issue.NOM_DOWNLOAD_DT ?? '') <= today;
}

function isPast({ EXPIRY_DT: expiry }: Row<'ISSUE'>, today: string): boolean {
  return expiry !== null && expiry <= today;
}

function releaseOf(issue: Row<'ISSUE'>, today: string): string {
  const { STATUS: status, NOM_DOWNLOAD_DT: ready } = issue;
  if (status === '9001' && (ready ?? '') > today) return 'ReleaseNotFound';
  const isOpen = ['0000', '0001', '9001', ...HELD].includes(status);
  if (isOpen && isPast(issue, today)) return 'PrescriptionExpired';
  return RELEASES[status] ?? 'AlreadyDispensed';
}

const RELEASES: Readonly<Record<string, string>> = {
  '0000': 'accepted',
  '0001': 'accepted',
  '0002': 'WithAnotherDispenser',
  '0003': 'WithAnotherDispenser',
  '0004': 'PrescriptionExpired',
  '0005': 'PrescriptionCancelled',
  '9000': 'ReleaseNotFound',
  '9001': 'accepted',
};

function cancelOf(status: string, isAsked: boolean): string {
  if (HELD.includes(status) && isAsked) return 'R-0007';
  return CANCELS[status] ?? 'R-0001';
}

/** Another organisation has asked already that all of it be cancelled. */
function isForAnother(rows: Group['rows']['CANCELLATION'], prescriber: string): boolean {
  const first = rows.find(({ row }) => row.STATE === 'PENDING' && row.ITEM_ID === null)?.row;
  return first !== undefined && first.ORG.trim() !== prescriber.trim();
}

const CANCELS: Readonly<Record<string, string>> = {
  '0002': 'R-0002',
  '0003': 'R-0003',
  '0004': 'R-0005',
  '0005': 'R-0006',
  '0006': 'R-0004',
  '0007': 'R-0010',
  '0008': 'R-0004',
  '0009': 'R-0004',
};

const CLAIMS: Readonly<Record<string, string>> = {
  '0006': 'accepted',
  '0007': 'accepted',
  '0008': 'again',
};
