// Shows: Repeat dispensing | histories of all issues over HTTP, two datacentres and a clock that is moved, go as the model says
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import fc from 'fast-check';

import { testPair } from './datacentres.ts';
import { assertInvariants } from './invariants.ts';
import { seedOf } from './random.ts';
import { onModel, orders, steps } from './repeat-history.ts';
import { RepeatOverHttp } from './repeat-http.ts';
import { RepeatModel, type RepeatOrder } from './repeat-model.ts';
import type { Step } from './repeat-commands.ts';

const HISTORIES = 12;
const STEPS_MAX = 25;

const pair = testPair();
const seed = seedOf(process.env);

test('any history of repeat dispensing, with jumps in time, is answered as the model says', async () => {
  let commands = 0;
  const history = fc.array(steps, { minLength: 5, maxLength: STEPS_MAX, size: 'max' });
  const property = fc.asyncProperty(orders, history, async ({ on, issues, daysSupply }, told) => {
    // FHIR gives all items the same number of issues.
    const own = [randomUUID(), randomUUID()] as const;
    const order = {
      prescribedOn: on,
      daysSupply,
      items: { [own[0]]: issues, [own[1]]: issues },
    };
    commands += await play(order, told);
  });
  await fc.assert(property, { seed, numRuns: HISTORIES, endOnFailure: true });
  await assertInvariants(pair().rows);
  process.stdout.write(`repeat dispensing over HTTP: ${HISTORIES} histories, ${commands} steps\n`);
});

test('all issues of a prescription are dispensed in their time, the next ones by themselves', async () => {
  const items = [randomUUID(), randomUUID()] as const;
  const order = {
    prescribedOn: '2025-10-20',
    daysSupply: 28,
    items: { [items[0]]: 6, [items[1]]: 6 },
  };
  const each: readonly Step[] = [
    { do: 'release' },
    { do: 'dispense', code: '0001' },
    { do: 'pass', days: 28 },
  ];
  const claims = [1, 2, 3, 4, 5, 6].map((issue): Step => ({ do: 'claim', issue }));
  const last = await playTo(order, [...Array.from({ length: 6 }, () => each).flat(), ...claims]);
  const view = await last.view();
  assert.deepEqual(
    view?.issues.map(({ status }) => status),
    ['0008', '0008', '0008', '0008', '0008', '0008'],
  );
});

async function play(order: RepeatOrder, history: readonly Step[]): Promise<number> {
  await playTo(order, history);
  return history.length;
}

/** Each answer and each view is the model's; until the record is gone. */
async function playTo(order: RepeatOrder, history: readonly Step[]): Promise<RepeatOverHttp> {
  const ids = Object.keys(order.items);
  const model = new RepeatModel(order);
  const real = await RepeatOverHttp.sent(pair(), order);
  const told: string[] = [];
  for (const step of history) {
    // Over FHIR a cancellation always names an item.
    const wanted = step.do === 'cancel' ? { ...step, item: step.item ?? 0 } : step;
    told.push(JSON.stringify(wanted));
    const story = `${JSON.stringify(order)} ${told.join(' ')} on ${real.today}`;
    if (wanted.do === 'pass') {
      await real.pass(wanted.days);
      model.pass(real.today);
      if ((await real.kept()) === null) return real;
    } else {
      assert.equal(await real.act(wanted), onModel(model, wanted, real.today, ids), story);
    }
    assert.deepEqual(await real.view(), model.view(), story);
  }
  return real;
}
