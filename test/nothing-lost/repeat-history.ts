import fc from 'fast-check';

import { present } from '../../src/kernel/bug.ts';
import type { RepeatModel } from './repeat-model.ts';
import type { Code, Step } from './repeat-commands.ts';
import { ITEMS } from './repeat-rules.ts';

const codes = fc.constantFrom<Code[]>('0001', '0001', '0002', '0003');
const issues = fc.integer({ min: 1, max: 4 });
type Message = Exclude<Step, { do: 'pass' }>;
type Said = { readonly weight: number; readonly arbitrary: fc.Arbitrary<Message> };

const SAID: readonly Said[] = [
  { weight: 4, arbitrary: fc.constant<Message>({ do: 'release' }) },
  { weight: 5, arbitrary: codes.map((code): Message => ({ do: 'dispense', code })) },
  { weight: 1, arbitrary: fc.constant<Message>({ do: 'return' }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('amend' as const), issue: issues, code: codes }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), issue: issues }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('claim' as const), issue: issues }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, 0, 1).map((item): Message => ({ do: 'cancel', item })),
  },
];
/** As a pharmacy does that asks for what is nominated to it. */
const DOWNLOAD: Said = { weight: 2, arbitrary: fc.constant<Message>({ do: 'download' }) };

function passes(min: number, max: number): fc.Arbitrary<Step> {
  return fc.integer({ min, max }).map((days): Step => ({ do: 'pass', days }));
}
const TIME = [
  { weight: 4, arbitrary: passes(1, 40) },
  { weight: 1, arbitrary: passes(90, 200) },
];

/** Where a pharmacy is one prescription's alone. */
export const messages: fc.Arbitrary<Message> = fc.oneof(...SAID, DOWNLOAD);
export const stepsOfEach: fc.Arbitrary<Step> = fc.oneof(...SAID, DOWNLOAD, ...TIME);
/** Where several prescriptions are nominated to the same. */
export const steps: fc.Arbitrary<Step> = fc.oneof(...SAID, ...TIME);

export const orders = fc.record({
  on: fc.constantFrom('2024-08-31', '2025-03-30', '2025-10-26', '2024-12-09'),
  issues: fc.integer({ min: 1, max: 6 }),
  fewer: fc.integer({ min: 1, max: 6 }),
  daysSupply: fc.constantFrom(0, 7, 28, 56),
});

/** The step in the model. */
export function onModel(
  model: RepeatModel,
  step: Exclude<Step, { do: 'pass' }>,
  today: string,
  items: readonly string[] = ITEMS,
): boolean | string {
  switch (step.do) {
    case 'release':
      return model.release(today);
    case 'download':
      return model.download(today);
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
      return model.cancel(step.item === null ? null : present(items[step.item], 'item'));
  }
}
