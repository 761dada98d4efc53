import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  decideMaintenance,
  dueNotices,
  type Maintenance,
  type MaintenanceCommand,
  type MaintenanceEvent,
  maintenanceOf,
  type Plan,
  plan,
} from './maintenance.ts';

// Shows: Operations | maintenance is announced, 7 days and 24 hours before, at its start, at its end and when it is cancelled

const NOW = new Date('2026-11-30T12:00:00Z');
const NUMBER = 'MNT-20261130-01';

function hoursOn(hours: number): Date {
  return new Date(NOW.getTime() + hours * 3_600_000);
}

function aPlan(more: Partial<Plan> = {}): Plan {
  return {
    at: NOW,
    title: 'New tracker',
    effect: 'No tracker for ten minutes',
    from: hoursOn(200),
    until: hoursOn(202),
    cells: [{ component: 'tracker', datacentre: 'a' }],
    users: ['pharmacies'],
    ...more,
  };
}

function planned(more: Partial<Plan> = {}, after: readonly MaintenanceEvent[] = []): Maintenance {
  const made = plan(aPlan(more));
  assert.ok(made.ok);
  const maintenance = maintenanceOf(NUMBER, [...made.value, ...after]);
  assert.ok(maintenance !== null);
  return maintenance;
}

describe('a plan of maintenance', () => {
  test('is refused where its window, its place or its text cannot be', () => {
    for (const [more, kind] of [
      [{ until: hoursOn(199) }, 'WindowWrong'],
      [{ from: hoursOn(-1) }, 'WindowWrong'],
      [{ until: hoursOn(200 + 7 * 24 + 1) }, 'WindowWrong'],
      [{ cells: [] }, 'PlaceMissing'],
      [{ title: '' }, 'TextWrong'],
      [{ title: 'x'.repeat(201) }, 'TextWrong'],
      [{ effect: 'None for 999 000 0018' }, 'TextWrong'],
    ] as const) {
      const made = plan(aPlan(more));
      assert.equal(made.ok ? null : made.error.kind, kind, JSON.stringify(more));
    }
  });

  test('reminds people 7 days and 24 hours before, each once', () => {
    const at = NOW.toISOString();
    const week = { kind: 'Announced', at, notice: 'week' } as const;
    const day = { kind: 'Announced', at, notice: 'day' } as const;
    assert.deepEqual(dueNotices(planned(), hoursOn(31)), []);
    assert.deepEqual(dueNotices(planned(), hoursOn(32)), ['week']);
    assert.deepEqual(dueNotices(planned({}, [week]), hoursOn(33)), []);
    assert.deepEqual(dueNotices(planned({}, [week]), hoursOn(176)), ['day']);
    assert.deepEqual(dueNotices(planned({}, [week, day]), hoursOn(199)), []);
  });

  test('reminds nobody of what has begun, is over or was cancelled', () => {
    const at = NOW.toISOString();
    const cancelled = { kind: 'Cancelled', at, reason: 'An incident is open.' } as const;
    for (const event of [{ kind: 'Started', at } as const, cancelled]) {
      assert.deepEqual(dueNotices(planned({}, [event]), hoursOn(199)), []);
    }
  });
});

describe('maintenance', () => {
  const at = NOW;
  const start: MaintenanceCommand = { at, kind: 'Start' };
  const end: MaintenanceCommand = { at, kind: 'End' };
  const cancel: MaintenanceCommand = { at, kind: 'Cancel', reason: 'An incident is open.' };
  const done = (maintenance: Maintenance | null, command: MaintenanceCommand): string => {
    const decision = decideMaintenance(maintenance, command);
    return decision.ok ? (decision.value[0]?.kind ?? '') : decision.error.kind;
  };
  const begun = planned({}, [{ kind: 'Started', at: at.toISOString() }]);
  const over = planned({}, [{ kind: 'Ended', at: at.toISOString() }]);

  test('begins once, ends after that, and can be cancelled until it has ended', () => {
    const outcomes = [planned(), begun, over, null].map((one) =>
      [start, end, cancel].map((command) => done(one, command)),
    );
    assert.deepEqual(outcomes, [
      ['Started', 'NotUnderWay', 'Cancelled'],
      ['NotPlanned', 'Ended', 'Cancelled'],
      ['NotPlanned', 'NotUnderWay', 'Over'],
      ['NotFound', 'NotFound', 'NotFound'],
    ]);
  });

  test('is not cancelled without a reason that everybody can be told', () => {
    assert.equal(done(planned(), { at, kind: 'Cancel', reason: ' ' }), 'TextWrong');
    assert.equal(done(planned(), { at, kind: 'Cancel', reason: 'of 9990000018' }), 'TextWrong');
  });
});
