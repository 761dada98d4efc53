// Shows: Repeat dispensing | any history of messages and of time is as a model written from the specification says
import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { present } from '../../src/kernel/bug.ts';
import { RepeatModel, type RepeatOrder } from './repeat-model.ts';
import { type Code, ITEMS, RepeatRules, type Step } from './repeat-rules.ts';

const RUNS = 10_000;

const codes = fc.constantFrom<Code[]>('0001', '0001', '0002', '0003');
const issues = fc.integer({ min: 1, max: 4 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'release' }) },
  { weight: 5, arbitrary: codes.map((code): Step => ({ do: 'dispense', code })) },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 40 }).map((days): Step => ({ do: 'pass', days })),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 90, max: 200 }).map((days): Step => ({ do: 'pass', days })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'return' }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('amend' as const), issue: issues, code: codes }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), issue: issues }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('claim' as const), issue: issues }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, 0, 1).map((item): Step => ({ do: 'cancel', item })),
  },
);
const orders = fc.record({
  on: fc.constantFrom('2024-08-31', '2025-03-30', '2025-10-26', '2024-12-09'),
  issues: fc.integer({ min: 1, max: 6 }),
  fewer: fc.integer({ min: 1, max: 6 }),
  daysSupply: fc.constantFrom(0, 7, 28, 56),
});

test('any history of repeat dispensing, with jumps in time, goes as the model says', () => {
  fc.assert(
    fc.property(orders, fc.array(steps, { maxLength: 60 }), (order, history) => {
      const [all, some] = [order.issues, Math.min(order.issues, order.fewer)];
      const items = { [present(ITEMS[0], 'item')]: all, [present(ITEMS[1], 'item')]: some };
      play({ prescribedOn: order.on, daysSupply: order.daysSupply, items }, history);
    }),
    { numRuns: RUNS },
  );
});

function play(order: RepeatOrder, history: readonly Step[]): void {
  const model = new RepeatModel(order);
  const real = new RepeatRules(order);
  for (const step of history) {
    if (step.do === 'pass') {
      real.pass(step.days);
      model.pass(real.today);
      // A record that is gone has no history any more.
      if (real.view() === null) return;
    } else {
      assert.equal(real.act(step), onModel(model, step, real.today), JSON.stringify(step));
    }
    assert.deepEqual(real.view(), model.view(), `after ${JSON.stringify(step)} on ${real.today}`);
  }
}

function onModel(
  model: RepeatModel,
  step: Exclude<Step, { do: 'pass' }>,
  today: string,
): boolean | string {
  switch (step.do) {
    case 'release':
      return model.release(today);
    case 'return':
      return model.giveBack();
    case 'dispense':
      return model.dispense('', step.code, today);
    case 'amend':
      return model.amend(step.issue, { id: '', code: step.code, today });
    case 'withdraw':
      return model.withdraw(step.issue);
    case 'claim':
      return model.claim(step.issue);
    case 'cancel':
      return model.cancel(step.item === null ? null : present(ITEMS[step.item], 'item'));
  }
}
