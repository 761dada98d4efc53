import { issueStatusOf, itemStatusOf } from '../../prescriptions/rules.ts';
import { Trouble } from '../../platform/trouble.ts';
import type { Group } from '../lx1/read-groups.ts';
import { OF_PRESCRIPTIONS, type PrescriptionTable } from '../lx1/tables.ts';

/** Of a row that no dirty class describes: nothing is guessed, and it stops the run unless the plan keeps such apart [MIGRATION 4]. */
export const UNKNOWN_CLASS = 'D0';

/** Why a run cannot go on: a row whose meaning nobody has said. */
export class UnknownRow extends Trouble {}

/** Where it stands and what is not known of it; `where` is a file with a row, or a change. */
export function unknownRow(where: string, what: string): UnknownRow {
  return new UnknownRow(
    `${where}: ${what}: no dirty class describes that`,
    `nothing is guessed, and what came before it is whole: have two persons sign a plan that keeps such records apart (--policies with {"${UNKNOWN_CLASS}": {"choice": "hold"}}, then load with --plan), or have it made right where it comes from`,
  );
}

export type Unknown = {
  readonly table: PrescriptionTable;
  readonly at: number;
  readonly what: string;
};

/** Columns by which something is decided, and what they may hold; every other text is kept as it is, or has a class. */
const LOOKS: Readonly<Partial<Record<PrescriptionTable, Readonly<Record<string, Look>>>>> = {
  PRESCRIPTION: { TREATMENT: among('0001', '0002', '0003'), MAX_REPEATS: isCount },
  ISSUE: { ISSUE_NO: isCount, STATUS: (text) => issueStatusOf(text) !== null },
  ITEM: { ITEM_ORDER: isCount, STATUS: isItemStatus, MAX_REPEATS: isCount, QTY: isAmount },
  STATUS_HIST: { HIST_ID: isNumber },
  NOM_RELEASE: { STATE: among('PENDING', 'DELIVERED', 'RETURNED', 'WITHDRAWN') },
  RELEASE: {
    KIND: among('NOMINATED', 'BY_ID'),
    END_KIND: among('RETURN', 'DISPENSED', 'NOT_DISPENSED', 'EXPIRED', 'CANCELLED', 'ADMIN_RESET'),
  },
  DISPENSE: { WITHDRAWN: among('Y', 'N') },
  DISPENSE_ITEM: { ITEM_ORDER: isCount, STATUS: isItemStatus, QTY: isAmount },
  CANCELLATION: { STATE: among('PENDING', 'APPLIED', 'UNSUCCESSFUL') },
};

type Look = (text: string) => boolean;

function among(...words: readonly string[]): Look {
  const known = new Set(words);
  return (text) => known.has(text);
}

function isItemStatus(text: string): boolean {
  return itemStatusOf(text) !== null;
}

function isCount(text: string): boolean {
  return /^\d{1,2}$/.test(text);
}

function isNumber(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

function isAmount(text: string): boolean {
  return /^\d{1,9}(?:\.\d{1,6})?$/.test(text);
}

const EACH_LOOK = OF_PRESCRIPTIONS.map(
  (table) => [table, Object.entries(LOOKS[table] ?? {})] as const,
);

/** The first row of these whose meaning is not known; null when all are. */
export function unknownIn(rows: Partial<Group['rows']>): Unknown | null {
  for (const [table, looks] of EACH_LOOK) {
    if (looks.length === 0) continue;
    for (const { row, at } of rows[table] ?? []) {
      const fields: Readonly<Record<string, string | null>> = row;
      for (const [column, isKnown] of looks) {
        const text = fields[column] ?? null;
        if (text === null || isKnown(text)) continue;
        return {
          table,
          at,
          what: `${table}.${column} is ${JSON.stringify(text.slice(0, SHOWN_MAX))}`,
        };
      }
    }
  }
  return null;
}

const SHOWN_MAX = 40;
