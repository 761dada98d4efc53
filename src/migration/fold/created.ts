import { derivedUuid } from '../../kernel/uuid.ts';
import { type LondonDate, londonDate } from '../../kernel/london.ts';
import type { NhsNumber } from '../../kernel/nhs-number.ts';
import { type Created, expiryOf, lastExpiryOf } from '../../prescriptions/rules.ts';
import type { Fact } from './facts.ts';
import { itemsOf } from './items.ts';
import { idOf, kept, type LegacyRecord, odsOf } from './record.ts';

/** How the prescription came to the old store. */
export function createdOf(record: LegacyRecord): Fact {
  const { prescription: row, rows } = record;
  const message = rows.MESSAGE.find((one) => one.row.MSG_ID === row.PARENT_MSG_ID)?.row;
  const at = record.instant('MESSAGE.RECV_TS', message?.RECV_TS ?? row.PRESC_TS);
  const prescribedAt = record.instant('PRESCRIPTION.PRESC_TS', row.PRESC_TS);
  const prescribedOn = londonDate(new Date(prescribedAt));
  const first = rows.ISSUE.find((one) => Number(one.row.ISSUE_NO) === 1)?.row;
  const isPostDated = rows.STATUS_HIST.some(
    (one) => one.row.FROM_STATUS === null && one.row.TO_STATUS === '9001',
  );
  const event: Created = {
    kind: 'Created',
    orderId: idOf(row.PARENT_MSG_ID),
    longFormId: derivedUuid('legacy long form', row.PRESC_ID),
    treatment: TREATMENTS[row.TREATMENT] ?? 'Acute',
    prescribedAt,
    patient: kept<NhsNumber>(row.NHS_NO ?? ''),
    prescriber: odsOf(row.PRESCRIBER_ORG),
    nominated: nominatedAtFirst(record),
    items: itemsOf(record, 1).map(({ id }) => id),
    readyOn: isPostDated
      ? (record.day(first?.NOM_DOWNLOAD_DT ?? null) ?? prescribedOn)
      : londonDate(new Date(at)),
    status: isPostDated ? 'PrescriptionFuture' : 'ToBeDispensed',
    expiresOn: expiryOf(prescribedOn),
    repeats: repeatsOf(record, prescribedOn),
    at,
  };
  return { event, messageId: event.orderId, at };
}

const TREATMENTS: Readonly<Record<string, Created['treatment']>> = {
  '0001': 'Acute',
  '0002': 'RepeatPrescribing',
  '0003': 'RepeatDispensing',
};

/** Whose queue it first came into; where it was in none, whom the record names. */
function nominatedAtFirst({ rows, prescription }: LegacyRecord): Created['nominated'] {
  const first = rows.NOM_RELEASE.find(({ row }) => row.SEQ === '1')?.row.ORG;
  const named = first ?? prescription.NOM_ORG;
  return named === null || named === '' ? null : odsOf(named);
}

const DEFAULT_DAYS_SUPPLY = 28; // [EPS-LIFECYCLE 8]

function repeatsOf(record: LegacyRecord, prescribedOn: LondonDate): Created['repeats'] {
  const { prescription: row, rows } = record;
  if (row.TREATMENT !== '0003') return null;
  const fewer: Record<string, number> = {};
  for (const { row: item } of rows.ITEM) {
    if (item.MAX_REPEATS !== null && item.MAX_REPEATS !== row.MAX_REPEATS) {
      fewer[idOf(item.ITEM_ID)] = Number(item.MAX_REPEATS);
    }
  }
  return {
    issues: Number(row.MAX_REPEATS ?? 1),
    daysSupply: daysSupplyOf(row.DAYS_SUPPLY),
    fewer,
    expiresOn: lastExpiryOf(prescribedOn),
  };
}

/** Blank counts as none; a number with spaces is that number [MIGRATION 4, D3; EPS-LIFECYCLE 5.5]. */
function daysSupplyOf(text: string | null): number {
  const number = Number((text ?? '').trim());
  return Number.isInteger(number) && number >= 0 ? number : DEFAULT_DAYS_SUPPLY;
}
