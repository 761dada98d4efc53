import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { medication } from '../sample-messages/index.ts';
import { afterwards, type Choice, planned } from './dispense-plan.ts';
import type { RememberedItem } from './remembered.ts';

const item = (quantity: number, changes: Partial<RememberedItem> = {}): RememberedItem => ({
  itemId: `${quantity}`,
  medication: { ...medication(0), quantity },
  outcome: 'WithDispenser',
  supplied: 0,
  ...changes,
});

const plan = (items: readonly RememberedItem[], choice: Choice): readonly unknown[] =>
  planned(items, choice, () => 'id').map(({ outcome, supplied }) => [outcome, supplied]);

describe('what is to be handed over', () => {
  test('is all that is left, and nothing of what is settled', () => {
    const items = [
      item(28),
      item(28, { outcome: 'PartiallyDispensed', supplied: 10 }),
      item(28, { outcome: 'FullyDispensed', supplied: 28 }),
      item(28, { outcome: 'Cancelled' }),
    ];
    assert.deepEqual(plan(items, { kind: 'Full' }), [
      ['FullyDispensed', 28],
      ['FullyDispensed', 18],
      ['FullyDispensed', 0],
      ['Cancelled', 0],
    ]);
  });

  test('is half of the item that is named, and the whole of the others', () => {
    assert.deepEqual(plan([item(28), item(21)], { kind: 'Partial', item: 2 }), [
      ['FullyDispensed', 28],
      ['PartiallyDispensed', 10],
    ]);
  });

  test('is what the statuses say, with a reason where an item is not supplied', () => {
    const outcomes = ['NotDispensed', 'Owing'] as const;
    const made = planned([item(28), item(21)], { kind: 'Outcomes', outcomes }, () => 'id');
    assert.deepEqual(
      made.map(({ supplied, reason }) => [supplied, reason]),
      [
        [0, '0001'],
        [0, '0003'],
      ],
    );
  });

  test('adds to what was supplied before', () => {
    const before = [item(28, { outcome: 'PartiallyDispensed', supplied: 10 })];
    const [after] = afterwards(
      before,
      planned(before, { kind: 'Full' }, () => 'id'),
    );
    assert.equal(after?.supplied, 28);
    assert.equal(after?.outcome, 'FullyDispensed');
  });
});
