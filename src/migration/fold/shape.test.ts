import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { present } from '../../kernel/bug.ts';
import { type Group, NO_ROWS, readGroups } from '../lx1/read-groups.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { aDump } from '../testing.ts';
import { foldGroup } from './fold-group.ts';
import { UNKNOWN_CLASS, UnknownRow } from './shape.ts';

// Shows: Migration | a row that no dirty class describes stops whoever reads it, by file, row and reason, and is kept apart where a plan says so

const JUNK = [
  ['PRESCRIPTION', 'TREATMENT', '0004'],
  ['PRESCRIPTION', 'MAX_REPEATS', 'twelve'],
  ['ISSUE', 'ISSUE_NO', '1a'],
  ['ISSUE', 'STATUS', '0099'],
  ['ITEM', 'ITEM_ORDER', '-1'],
  ['ITEM', 'STATUS', '0009'],
  ['ITEM', 'QTY', 'many'],
  ['STATUS_HIST', 'HIST_ID', 'H1'],
  ['NOM_RELEASE', 'STATE', 'LOST'],
  ['RELEASE', 'KIND', ''],
  ['RELEASE', 'END_KIND', 'SENT_BACK'],
  ['DISPENSE', 'WITHDRAWN', 'X'],
  ['DISPENSE_ITEM', 'STATUS', 'done'],
  ['CANCELLATION', 'STATE', 'pending'],
] as const;

let dump: Dump;
let groups: Group[];
before(async () => {
  ({ dump } = await aDump({ prescriptions: 400, perPart: 400, dirt: 0, seed: 71 }));
  groups = await Array.fromAsync(readGroups(dump, 1));
});

/** A prescription that has such a row, with one column of its last one changed; and which row that is. */
function spoilt(table: (typeof JUNK)[number][0], column: string, text: string) {
  const whole = present(
    groups.find(({ rows }) => rows.PRESCRIPTION.length === 1 && rows[table].length > 0),
    table,
  );
  const last = present(whole.rows[table].at(-1), table);
  const rows = whole.rows[table].map((one) =>
    one === last ? { ...one, row: { ...one.row, [column]: text } } : one,
  );
  return { group: { ...whole, rows: { ...whole.rows, [table]: rows } }, whole, at: last.at };
}

describe('a row that no dirty class describes', () => {
  for (const [table, column, text] of JUNK) {
    test(`as ${table}.${column} ${JSON.stringify(text)} stops, and is kept apart by choice`, () => {
      const { group, whole, at } = spoilt(table, column, text);
      assert.equal(foldGroup(whole, dump, false).fate, 'live');
      assert.throws(
        () => foldGroup(group, dump, false),
        (error) => {
          assert.ok(error instanceof UnknownRow);
          const where = `${table}.0001.csv, row ${at}: ${table}.${column} is ${JSON.stringify(text)}: `;
          assert.ok(error.message.startsWith(where), error.message);
          return error.remedy.includes('--policies');
        },
      );
      const moved = foldGroup(group, { ...dump, holds: [UNKNOWN_CLASS] }, false);
      assert.deepEqual([moved.state, moved.classes], [null, [UNKNOWN_CLASS]]);
      const all = Object.values(group.rows).flat();
      assert.equal(moved.quarantined.length, all.length);
    });
  }

  test('stops where it cancels what never came, too', () => {
    const { row } = present(groups.flatMap(({ rows }) => rows.CANCELLATION)[0], 'a cancellation');
    const lone = (state: string): Group => ({
      place: groups[0]?.place ?? '',
      part: 1,
      rows: { ...NO_ROWS, CANCELLATION: [{ row: { ...row, STATE: state }, at: 9, repaired: {} }] },
    });
    assert.equal(foldGroup(lone('PENDING'), dump, false).fate, 'placeholder');
    assert.throws(() => foldGroup(lone('?'), dump, false), /CANCELLATION\.0001\.csv, row 9/);
  });
});
