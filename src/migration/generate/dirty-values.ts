import { held, type Injection, isLive, is, issue, prescription } from './injection.ts';
import { type LegacyRow, PRODUCT, QUANTITY } from './life-rows.ts';
import { stamp } from './legacy-time.ts';

/** What is wrong about states, days and texts. */
export const WRONG_VALUES: readonly Injection[] = [
  {
    id: 'D6',
    rate: 0.004,
    isFor: is('0001'),
    into({ life, rows, truth, asOfMs, dice }) {
      const id = (rows.MESSAGE[0]?.['MSG_ID'] ?? '').replace(/^.{4}/, 'CA9C');
      rows.CANCELLATION.push({
        CANCEL_ID: id,
        PRESC_ID: life.beginning.id,
        ORG: life.beginning.prescriber,
        CANCEL_TS: stamp(asOfMs),
        REASON_CD: '0001',
        STATE: dice.isLucky(0.5) ? 'APPLIED' : 'PENDING',
        MSG_ID: id,
      });
      truth.queuedFor = null;
      for (const one of truth.issues) one.status = '0005';
    },
  },
  {
    id: 'D16',
    rate: 0.004,
    isFor: is('0002', '0006'),
    into({ rows, life }) {
      issue(rows)['STATUS'] = life.issue.status === '0002' ? '0001' : '0003';
      if (life.issue.status === '0002') {
        for (const item of rows.ITEM) item['STATUS'] = '0007';
        issue(rows)['DISPENSER_ORG'] = null;
      }
    },
  },
  {
    id: 'D15',
    rate: 0.002,
    isFor: isLive,
    into: ({ rows }) => Object.assign(issue(rows), { WINDOW_LOW: '20200101' }),
  },
  {
    id: 'D8',
    rate: 0.005,
    isFor: is('0001', '0002'),
    // Later than it should be: what is recomputed comes sooner, so a person must look.
    into({ rows, truth }) {
      const row = issue(rows);
      row['NEXT_ACT_DT'] =
        `2${row['NEXT_ACT_DT']?.slice(1, 3) ?? ''}9${row['NEXT_ACT_DT']?.slice(4) ?? ''}`;
      held(truth);
    },
  },
  {
    id: 'D5',
    rate: 0.01,
    isFor: is('0001', '0002', '0006'),
    into: ({ rows }) => Object.assign(issue(rows), { NEXT_ACT: null, NEXT_ACT_DT: null }),
  },
  {
    id: 'D4',
    rate: 0.01,
    isFor: is('0006', '0008', '0005'),
    into: ({ rows }) => Object.assign(issue(rows), { COMPLETION_DT: null }),
  },
  {
    id: 'D3',
    rate: 0.01,
    isFor: isLive,
    into({ rows, dice }) {
      prescription(rows)['DAYS_SUPPLY'] = dice.of([
        [null, 1],
        ['', 1],
        ['0', 1],
        ['28 ', 1],
      ] as const);
    },
  },
  {
    id: 'D2',
    rate: 0.001,
    isFor: isLive,
    into({ rows }) {
      const row = prescription(rows);
      row['CURRENT_ISSUE'] = String(Number(row['CURRENT_ISSUE']) + 1);
    },
  },
  {
    id: 'D1',
    rate: 0.05,
    isFor: (life) => isLive(life) && life.beginning.issues > 2 && life.current >= 3,
    into({ rows, truth, life }) {
      const kept = life.current;
      const isKept = (row: LegacyRow): boolean => Number(row['ISSUE_NO']) >= kept;
      for (const table of [
        'ISSUE',
        'ITEM',
        'STATUS_HIST',
        'RELEASE',
        'NOM_RELEASE',
        'CLAIM',
      ] as const) {
        rows[table] = rows[table].filter(isKept);
      }
      const lost = new Set(rows.DISPENSE.filter((row) => !isKept(row)).map((row) => row['DN_ID']));
      rows.DISPENSE = rows.DISPENSE.filter(isKept);
      rows.DISPENSE_ITEM = rows.DISPENSE_ITEM.filter((row) => !lost.has(row['DN_ID']));
      truth.issues = truth.issues.filter(({ number }) => number >= kept);
      truth.released = truth.released.filter(([number]) => number >= kept);
    },
  },
  {
    id: 'D17',
    rate: 0.02,
    isFor: isLive,
    into({ rows }) {
      for (const row of rows.STATUS_HIST)
        if (row['USER_ID'] != null) row['USER_ID'] = 'not-provided-migrated-from-spine1';
    },
  },
  {
    id: 'D22',
    rate: 0.0005,
    isFor: isLive,
    into({ rows, life }) {
      const lost = { PRESC_ID: life.beginning.id, ISSUE_NO: '98', ITEM_ORDER: '1' };
      const facts = { ITEM_ID: rows.ITEM[0]?.['ITEM_ID'] ?? '', STATUS: '0007' };
      rows.ITEM.push({
        ...lost,
        ...facts,
        PRODUCT_CODE: PRODUCT,
        QTY: QUANTITY,
        QTY_UNIT: 'tablet',
      });
    },
  },
  {
    id: 'D23',
    rate: 0.001,
    isFor: isLive,
    into({ rows, dice }) {
      if (dice.isLucky(0.5)) issue(rows)['PRESC_ID'] = `${issue(rows)['PRESC_ID']}  `;
      else Object.assign(rows.ITEM[0] ?? {}, { QTY_UNIT: '\x93tablet\x94' }); // quotes of Windows-1252
    },
  },
  {
    id: 'D27',
    rate: 0.003,
    isFor: isLive,
    into({ rows }) {
      const row = prescription(rows);
      const last = Number(row['NHS_NO']?.at(-1));
      row['NHS_NO'] = `${row['NHS_NO']?.slice(0, -1)}${(last + 1) % 10}`;
    },
  },
  {
    id: 'D25',
    rate: 0.001,
    isFor: isLive,
    into({ rows, truth }) {
      prescription(rows)['PRESCRIBER_ORG'] = 'Z99901';
      Object.assign(truth, { fate: 'quarantined', queuedFor: null, issues: [] });
    },
  },
  {
    id: 'D29',
    rate: 0.05,
    isFor: (life) => isLive(life) && life.rows.tables.STATUS_HIST.length >= 3,
    into({ rows, dice }) {
      rows.STATUS_HIST = rows.STATUS_HIST.slice(dice.whole(1, rows.STATUS_HIST.length - 1));
    },
  },
];
