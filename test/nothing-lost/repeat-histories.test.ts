// Shows: Repeat dispensing | any history of messages and of time is as a model written from the specification says
import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { present } from '../../src/kernel/bug.ts';
import { RepeatModel, type RepeatOrder } from './repeat-model.ts';
import type { Step } from './repeat-commands.ts';
import { onModel, orders, stepsOfEach } from './repeat-history.ts';
import { ITEMS, RepeatRules } from './repeat-rules.ts';

const RUNS = 10_000;

test('any history of repeat dispensing, with jumps in time, goes as the model says', () => {
  fc.assert(
    fc.property(orders, fc.array(stepsOfEach, { maxLength: 60 }), (order, history) => {
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
