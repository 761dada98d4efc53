import assert from 'node:assert/strict';
import { test } from 'node:test';

import { present } from '../../kernel/bug.ts';
import { type Group, readGroups } from '../lx1/read-groups.ts';
import { aDump } from '../testing.ts';
import { factsOf } from './facts.ts';
import { idOf, LegacyRecord } from './record.ts';

// Shows: Migration | notifications that were taken back one after the other are each gone, the last one first

test('each withdrawal takes the last notification that none before it took', async () => {
  const { dump } = await aDump({ prescriptions: 400, perPart: 400, dirt: 0 });
  const groups = await Array.fromAsync(readGroups(dump, 1));
  const whole = present(
    groups.find(({ rows }) => rows.DISPENSE.length === 2 && rows.ISSUE.length === 1),
    'two notifications of one issue',
  );
  const last = present(whole.rows.STATUS_HIST.at(-1), 'a step');
  const taking = (number: number, hours: number, message: string) => ({
    ...last,
    row: {
      ...last.row,
      HIST_ID: String(Number(last.row.HIST_ID) + number),
      INTERACTION: 'PORX_IN510101SM31',
      MSG_ID: message,
      RECV_TS: `2014082401${String(hours).padStart(2, '0')}00`,
    },
  });
  const [one, other] = [
    '11111111-1111-4111-8111-111111111111',
    '22222222-2222-4222-8222-222222222222',
  ];
  const gone: Group = {
    ...whole,
    rows: {
      ...whole.rows,
      DISPENSE: whole.rows.DISPENSE.map((told) => ({
        ...told,
        row: { ...told.row, WITHDRAWN: 'Y' },
      })),
      STATUS_HIST: [...whole.rows.STATUS_HIST, taking(1, 1, one), taking(2, 2, other)],
    },
  };
  const { row: prescription } = present(gone.rows.PRESCRIPTION[0], 'a prescription');
  const taken = factsOf(new LegacyRecord(gone, prescription, dump.manifest)).flatMap(
    ({ event, messageId }) =>
      event.kind === 'DispenseWithdrawn' ? [[messageId, event.notification]] : [],
  );
  const told = whole.rows.DISPENSE.map(({ row }) => row)
    .toSorted((a, b) => a.DN_TS.localeCompare(b.DN_TS))
    .map(({ DN_ID }) => idOf(DN_ID));
  assert.deepEqual(taken, [
    [one, told[1]],
    [other, told[0]],
  ]);
});
