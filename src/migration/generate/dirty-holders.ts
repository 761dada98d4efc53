import { aDamage } from './damage.ts';
import {
  held,
  type Injection,
  isBack,
  isLive,
  isQueued,
  is,
  issue,
  prescription,
} from './injection.ts';
import { QUANTITY } from './life-rows.ts';
import { stamp } from './legacy-time.ts';

/** What is wrong about who has an issue, or whose queue it is in; and rows that are there twice or not as they were. */
export const WRONG_HOLDERS: readonly Injection[] = [
  {
    id: 'D26',
    rate: 0.0005,
    isFor: is('0001'),
    into({ life, rows, truth, asOfMs }) {
      const purged = {
        PRESC_ID: life.beginning.id,
        FINAL_STATUS: '0004',
        PURGED_TS: stamp(asOfMs),
        REASON: 'retention',
      };
      rows.TOMBSTONE.push(purged);
      held(truth);
    },
  },
  {
    id: 'D18',
    rate: 0.001,
    isFor: isLive,
    into({ life, rows, truth, dice }) {
      const wrong = `${life.beginning.id.slice(0, -1)}${life.beginning.id.endsWith('A') ? 'B' : 'A'}`;
      if (dice.isLucky(0.5)) {
        for (const row of Object.values(rows).flat())
          if ('PRESC_ID' in row) row['PRESC_ID'] = wrong;
        held(truth);
        return;
      }
      rows.PRESCRIPTION.push({ ...prescription(rows), PRESC_ID: life.beginning.id.toLowerCase() });
      Object.assign(truth, { fate: 'quarantined', queuedFor: null, issues: [] });
    },
  },
  {
    id: 'D20',
    rate: 0.001,
    isFor: is('0001', '0002'),
    into({ life, truth, dice }) {
      life.damage = aDamage(dice);
      truth.damage = life.damage;
      held(truth);
    },
  },
  {
    id: 'D21',
    rate: 0.001,
    isFor: is('0006', '0008'),
    into({ rows, truth }) {
      Object.assign(rows.DISPENSE_ITEM.at(-1) ?? {}, { QTY: String(Number(QUANTITY) * 2) });
      held(truth);
    },
  },
  {
    id: 'D24',
    rate: 0.001,
    isFor: isLive,
    into({ rows, dice }) {
      const day = dice.of([
        ['00010101', 1],
        ['99991231', 1],
        ['20140230', 1],
      ] as const);
      prescription(rows)['BIRTH_DT'] = day;
    },
  },
  {
    id: 'D19',
    rate: 0.002,
    isFor: is('0002'),
    into({ life, rows, asOfMs }) {
      const id = rows.MESSAGE[0]?.['MSG_ID'] ?? '';
      const facts = {
        CLAIM_ID: id.replace(/^.{4}/, 'C1A1'),
        ORG: life.issue.holder,
        RECV_TS: stamp(asOfMs),
      };
      const place = {
        PRESC_ID: life.beginning.id,
        ISSUE_NO: '1',
        MSG_ID: id.replace(/^.{4}/, 'C1A1'),
      };
      rows.CLAIM.push({ ...place, ...facts });
    },
  },
  {
    id: 'D13',
    rate: 0.001,
    isFor: is('0001', '0002'),
    into({ rows, truth }) {
      Object.assign(rows.ITEM[0] ?? {}, { STATUS: '0001' });
      held(truth);
    },
  },
  {
    id: 'D10',
    rate: 0.002,
    isFor: is('0002'),
    into({ rows, truth, dice }) {
      if (dice.isLucky(0.5)) {
        rows.RELEASE.length = 0;
        truth.released = [];
      } else {
        issue(rows)['DISPENSER_ORG'] = 'FZ999';
        for (const one of truth.issues) one.holder = 'FZ999';
      }
      held(truth);
    },
  },
  {
    id: 'D9',
    rate: 0.002,
    isFor: isQueued,
    into({ rows, truth, asOfMs }) {
      Object.assign(rows.NOM_RELEASE[0] ?? {}, {
        STATE: 'DELIVERED',
        DELIVERED_TS: stamp(asOfMs),
        ATTEMPTS: '1',
      });
      held(truth);
    },
  },
  {
    id: 'D11',
    rate: 0.002,
    isFor: (life) => is('0006', '0008')(life) && life.rows.tables.NOM_RELEASE.length === 1,
    into: ({ rows }) => Object.assign(rows.NOM_RELEASE[0] ?? {}, { STATE: 'PENDING' }),
  },
  {
    id: 'D12',
    rate: 0.04,
    isFor: isBack,
    into({ rows, truth, dice, life }) {
      Object.assign(rows.RELEASE[0] ?? {}, { END_KIND: 'ADMIN_RESET' });
      const queued = rows.NOM_RELEASE[0] ?? {};
      Object.assign(prescription(rows), { NOM_ORG: queued['ORG'], NOM_FLAG: 'Y', NOM_TYPE: 'P1' });
      const reset = { INTERACTION: 'spine-admin-reset', ORG: life.beginning.prescriber };
      Object.assign(rows.STATUS_HIST.at(-1) ?? {}, reset);
      // What the bulk repair of 2014 did besides: there it is, in the queue of who had it.
      if (dice.isLucky(0.5)) rows.NOM_RELEASE.push({ ...queued, SEQ: '2', STATE: 'PENDING' });
      truth.queuedFor = null;
    },
  },
  {
    id: 'D7',
    rate: 0.2,
    isFor: isBack,
    into({ rows }) {
      const org = rows.NOM_RELEASE[0]?.['ORG'] ?? null;
      Object.assign(prescription(rows), { NOM_ORG: org, NOM_FLAG: 'Y', NOM_TYPE: 'P1' });
    },
  },
];
