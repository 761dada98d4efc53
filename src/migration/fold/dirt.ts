import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import { type Due, ITEMS_UNDER, issueStatusOf, shortForm } from '../../prescriptions/rules.ts';
import type { PrescriptionId } from '../../prescriptions/rules.ts';
import { statusOf } from './items.ts';
import { legacyDay } from './legacy-time.ts';
import type { LegacyRecord } from './record.ts';

/** Classes of [MIGRATION 4] with which a person must decide before a machine does anything. */
export const HOLDING: ReadonlySet<string> = new Set([
  'D9',
  'D10',
  'D13',
  'D18',
  'D20',
  'D21',
  'D26',
]);

/** What one look at the rows finds, each for itself. */
const LOOKS: Readonly<Record<string, (record: LegacyRecord) => boolean>> = {
  D3: ({ prescription }) => !/^[1-9]\d{0,2}$/.test(prescription.DAYS_SUPPLY ?? ''),
  D4: ({ rows }) =>
    rows.ISSUE.some(({ row }) => COMPLETED.has(row.STATUS) && row.COMPLETION_DT === null),
  D5: ({ rows }) => rows.ISSUE.some(({ row }) => row.NEXT_ACT === null || row.NEXT_ACT_DT === null),
  D9: deliveredToNobody,
  D10: heldByNobodyKnown,
  D11: ({ rows }) =>
    rows.NOM_RELEASE.some(({ row }) => {
      const issue = rows.ISSUE.find((one) => one.row.ISSUE_NO === row.ISSUE_NO)?.row;
      return row.STATE === 'PENDING' && issue !== undefined && !WAITING.has(issue.STATUS);
    }),
  D12: ({ rows }) => rows.RELEASE.some(({ row }) => row.END_KIND === 'ADMIN_RESET'),
  D13: ({ rows }) =>
    rows.ITEM.some(({ row }) => {
      const issue = rows.ISSUE.find((one) => one.row.ISSUE_NO === row.ISSUE_NO)?.row;
      const status = issueStatusOf(issue?.STATUS ?? '');
      const allowed = status === null ? undefined : ITEMS_UNDER[status];
      return allowed !== undefined && !allowed.includes(statusOf(row.STATUS));
    }),
  D15: ({ rows }) => rows.ISSUE.some(({ row }) => daysOutOfTurn(row)),
  D21: moreThanPrescribed,
  D26: ({ rows }) => rows.TOMBSTONE.length > 0,
  D27: ({ prescription }) => parseNhsNumber(prescription.NHS_NO ?? '') === null,
};

const EACH_LOOK = Object.entries(LOOKS);

const COMPLETED = new Set(['0004', '0005', '0006', '0007', '0008', '0009']);
const WAITING = new Set(['0000', '0001', '9000', '9001']);

/** All classes that the rows show by themselves. */
export function dirtInRows(record: LegacyRecord, id: PrescriptionId): string[] {
  readDates(record);
  const found = EACH_LOOK.flatMap(([name, look]) => (look(record) ? [name] : []));
  const isOtherwiseSpelt = record.prescription.PRESC_ID.trim() !== shortForm(id);
  const isRepaired = Object.values(record.rows).some((rows) =>
    rows.some(({ repaired }) => Object.keys(repaired).some((column) => column !== 'DAYS_SUPPLY')),
  );
  const first = Math.min(...record.rows.ISSUE.map(({ row }) => Number(row.ISSUE_NO)));
  if (isOtherwiseSpelt) found.push('D18');
  if (isRepaired) found.push('D23');
  if (first > 1) found.push('D1');
  else if (isPruned(record)) found.push('D29');
  return [...found, ...record.found];
}

export function isPruned({ rows, prescription }: LegacyRecord): boolean {
  return rows.STATUS_HIST.length < Number(prescription.SCN);
}

/** Dates that nothing is computed from are read too, so that those that are none are counted. */
function readDates(record: LegacyRecord): void {
  const { prescription: row } = record;
  record.day(row.BIRTH_DT);
  if (row.SIGNED_TS !== null) record.instant('PRESCRIPTION.SIGNED_TS', row.SIGNED_TS);
}

function deliveredToNobody({ rows }: LegacyRecord): boolean {
  return rows.ISSUE.some(({ row }) => {
    if (row.STATUS !== '0001') return false;
    const last = rows.NOM_RELEASE.findLast((one) => one.row.ISSUE_NO === row.ISSUE_NO)?.row;
    return (
      last?.STATE === 'DELIVERED' && !rows.RELEASE.some((one) => one.row.ISSUE_NO === row.ISSUE_NO)
    );
  });
}

function heldByNobodyKnown({ rows }: LegacyRecord): boolean {
  return rows.ISSUE.some(({ row }) => {
    if (row.STATUS !== '0002') return false;
    const last = rows.RELEASE.findLast((one) => one.row.ISSUE_NO === row.ISSUE_NO)?.row;
    return last === undefined || last.ORG !== row.DISPENSER_ORG;
  });
}

function daysOutOfTurn(row: LegacyRecord['rows']['ISSUE'][number]['row']): boolean {
  const [low, high] = [legacyDay(row.WINDOW_LOW), legacyDay(row.WINDOW_HIGH)];
  const [expiry, released] = [
    legacyDay(row.EXPIRY_DT),
    legacyDay((row.RELEASE_DT ?? '').slice(0, 8)),
  ];
  const isBackwards = low !== null && high !== null && low > high;
  return isBackwards || (expiry !== null && released !== null && expiry < released);
}

/** Over the notifications that stand [RELIABILITY I5]. */
function moreThanPrescribed({ rows }: LegacyRecord): boolean {
  const replaced = new Set(rows.DISPENSE.map(({ row }) => row.AMENDS_DN_ID));
  const sums = new Map<string, number>();
  for (const { row } of rows.DISPENSE) {
    if (row.WITHDRAWN === 'Y' || replaced.has(row.DN_ID)) continue;
    for (const { row: item } of rows.DISPENSE_ITEM) {
      if (item.DN_ID !== row.DN_ID) continue;
      const place = `${row.ISSUE_NO} ${item.ITEM_ORDER}`;
      sums.set(place, (sums.get(place) ?? 0) + Number(item.QTY));
    }
  }
  return rows.ITEM.some(
    ({ row }) => (sums.get(`${row.ISSUE_NO} ${row.ITEM_ORDER}`) ?? 0) > Number(row.QTY),
  );
}

/** The old store's words for what time does by itself. */
export const ACTS = {
  ready: 'ready',
  expire: 'expire',
  noClaim: 'createNoClaim',
  delete: 'delete',
} as const;

/** Our own next step against the old store's: null where they agree, else whether ours would end it sooner [MIGRATION 4, D8]. */
export function timerDiffers(record: LegacyRecord, due: Due | null): { isSooner: boolean } | null {
  const row = record.rows.ISSUE.find((one) => Number(one.row.ISSUE_NO) === due?.issue)?.row;
  if (due === null || row === undefined || row.NEXT_ACT === null) return null;
  const on = legacyDay(row.NEXT_ACT_DT);
  if (row.NEXT_ACT === ACTS[due.kind] && on === due.on) return null;
  const isEnding = due.kind === 'expire' || due.kind === 'delete';
  return { isSooner: isEnding && (on === null || due.on < on) };
}
