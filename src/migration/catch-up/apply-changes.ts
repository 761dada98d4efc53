import { unknownIn } from '../fold/shape.ts';
import { DOCUMENT } from '../lx1/open-dump.ts';
import { type Group, NO_ROWS } from '../lx1/read-groups.ts';
import { rowsOfDocument } from '../lx2/document.ts';
import { fieldsOf } from '../lx2/fields.ts';
import type { Placed } from '../lx1/read-table.ts';
import {
  columnsOf,
  OF_PRESCRIPTIONS,
  placeOf,
  type PrescriptionTable,
  type Row,
  TABLES,
} from '../lx1/tables.ts';
import type { Change } from './read-feed.ts';

/** Of messages that are about no prescription. */
export const NOBODY = '';

/** Whose rows a change is about; null when that cannot be told. Items of a notification are where that is. */
export function placeOfChange(
  change: Change,
  dispenses: ReadonlyMap<string, string>,
): string | null {
  if (!isAboutPrescriptions(change)) return null;
  const row = change.after ?? change.gone;
  const id = row?.['PRESC_ID'] ?? change.key['PRESC_ID'];
  if (id !== undefined && id !== null) return placeOf(id);
  if (change.table === 'MESSAGE' && row !== null) return NOBODY;
  return dispenses.get(change.key['DN_ID'] ?? '') ?? null;
}

/** Whether a change is of rows that are collected by prescription, or of a document. */
export function isAboutPrescriptions({ table }: Pick<Change, 'table'>): boolean {
  return table === DOCUMENT || isOfPrescriptions(table);
}

function isOfPrescriptions(table: string): table is PrescriptionTable {
  return OF_PRESCRIPTIONS.some((one) => one === table);
}

/**
 * The rows of one id after changes, each by its key: one that is there already, as exports are not of one moment, is
 * the same again [MIGRATION 2.2].
 */
export function applyChanges({ place, rows: before }: Group, changes: readonly Change[]): Group {
  const rows = documentRows(changes) ?? before;
  return {
    place,
    rows: {
      PRESCRIPTION: changed('PRESCRIPTION', rows.PRESCRIPTION, changes),
      ISSUE: changed('ISSUE', rows.ISSUE, changes),
      ITEM: changed('ITEM', rows.ITEM, changes),
      STATUS_HIST: changed('STATUS_HIST', rows.STATUS_HIST, changes),
      MESSAGE: changed('MESSAGE', rows.MESSAGE, changes),
      NOM_RELEASE: changed('NOM_RELEASE', rows.NOM_RELEASE, changes),
      RELEASE: changed('RELEASE', rows.RELEASE, changes),
      DISPENSE: changed('DISPENSE', rows.DISPENSE, changes),
      DISPENSE_ITEM: changed('DISPENSE_ITEM', rows.DISPENSE_ITEM, changes),
      CLAIM: changed('CLAIM', rows.CLAIM, changes),
      CANCELLATION: changed('CANCELLATION', rows.CANCELLATION, changes),
      TOMBSTONE: changed('TOMBSTONE', rows.TOMBSTONE, changes),
    },
  };
}

/** Those of the last document among the changes; null where there is none. */
function documentRows(changes: readonly Change[]): Group['rows'] | null {
  const last = changes.findLast(({ table }) => table === DOCUMENT);
  if (last === undefined) return null;
  const text = last.after?.[DOCUMENT];
  return text == null ? NO_ROWS : rowsOfDocument(fieldsOf(JSON.parse(text)), last.seq);
}

function changed<Name extends PrescriptionTable>(
  table: Name,
  rows: readonly Placed<Name>[],
  changes: readonly Change[],
): readonly Placed<Name>[] {
  const own = changes.filter((change) => change.table === table);
  if (own.length === 0) return rows;
  const all = [...rows];
  for (const { key, after, seq } of own) {
    const index = all.findIndex(({ row }) => hasKey(row, table, key));
    const put: Placed<Name>[] = after === null ? [] : [placed(table, after, all[index]?.at ?? seq)];
    if (index === -1) all.push(...put);
    else all.splice(index, 1, ...put);
  }
  return all;
}

/** The first of these that brings a row which no class describes, and what is not known of it; null when none does. */
export function unknownChange(
  changes: readonly Change[],
): { readonly seq: number; readonly what: string } | null {
  for (const { table, after, seq } of changes) {
    if (after === null) continue;
    const rows = isOfPrescriptions(table)
      ? { [table]: [placed(table, after, seq)] }
      : rowsOfDocument(fieldsOf(JSON.parse(after[DOCUMENT] ?? '{}')), seq);
    const unknown = unknownIn(rows);
    if (unknown !== null) return { seq, what: unknown.what };
  }
  return null;
}

function hasKey(row: object, table: PrescriptionTable, key: Change['key']): boolean {
  const values = new Map<string, unknown>(Object.entries(row));
  return TABLES[table].key.every((name) => values.get(name) === key[name]);
}

function placed<Name extends PrescriptionTable>(
  table: Name,
  after: NonNullable<Change['after']>,
  at: number,
): Placed<Name> {
  const row = Object.fromEntries(columnsOf(table).map(({ name }) => [name, after[name] ?? null]));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has the columns of its table
  return { row: row as Row<Name>, at, repaired: {} };
}
