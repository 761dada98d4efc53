import type { Item, ItemStatus, Notification } from '../../prescriptions/rules.ts';
import { itemStatusOf } from '../../prescriptions/rules.ts';
import type { Row } from '../lx1/tables.ts';
import { idOf, type LegacyRecord } from './record.ts';

/** A notification with its items, in the order of the prescription's. */
export function notificationOf(
  record: LegacyRecord,
  row: Row<'DISPENSE'>,
  issue: number,
): Notification {
  const told = record.rows.DISPENSE_ITEM.filter((one) => one.row.DN_ID === row.DN_ID);
  const items = itemsOf(record, issue).map((item, index) => {
    const found = told.find((one) => Number(one.row.ITEM_ORDER) === index + 1)?.row;
    return { ...item, status: found === undefined ? item.status : statusOf(found.STATUS) };
  });
  const step = record.stepOf(row.MSG_ID);
  const at = record.instant('DISPENSE.DN_TS', row.DN_TS);
  const status = completionOf(items, step?.TO_STATUS);
  return { id: idOf(row.DN_ID), status, items, dispensedAt: at, receivedAt: at };
}

function completionOf(items: readonly Item[], told: string | undefined): Notification['status'] {
  if (told === '0006') return 'Dispensed';
  if (told === '0007') return 'NotDispensed';
  if (told === '0003') return 'WithDispenserActive';
  const isOver = items.every(({ status }) => OVER.includes(status));
  if (!isOver) return 'WithDispenserActive';
  return items.some(({ status }) => status === 'FullyDispensed') ? 'Dispensed' : 'NotDispensed';
}

const OVER: readonly ItemStatus[] = ['FullyDispensed', 'NotDispensed', 'Cancelled', 'Expired'];

/** The items of an issue in their order; of the last that is there when the issue itself is not. */
export function itemsOf(record: LegacyRecord, issue: number): Item[] {
  const { ITEM: rows } = record.rows;
  const own = rows.filter((one) => Number(one.row.ISSUE_NO) === issue);
  const first = rows[0]?.row.ISSUE_NO;
  const used = own.length > 0 ? own : rows.filter((one) => one.row.ISSUE_NO === first);
  return used
    .toSorted((one, other) => Number(one.row.ITEM_ORDER) - Number(other.row.ITEM_ORDER))
    .map(({ row }) => ({ id: idOf(row.ITEM_ID), status: statusOf(row.STATUS) }));
}

export function statusOf(code: string): ItemStatus {
  return itemStatusOf(code) ?? 'ToBeDispensed';
}
