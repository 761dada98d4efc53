import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { anObserved, aMinute, minute } from '../testing.ts';
import { parseWhose } from './contacts/contact.ts';
import { faultOf, nameOf, type Trouble } from './fault.ts';
import { isOver, troublesIn } from './find.ts';

const TROUBLE: Trouble = {
  what: 'requests',
  who: 'ods:FA565',
  names: ['ods:FA565', 'asid:999000000201'],
  cells: [{ component: 'dispense', datacentre: 'a' }],
  count: 50,
};
const began = { kind: 'Began', at: minute(0).toISOString(), trouble: TROUBLE } as const;

describe('a fault of one alone', () => {
  test('that was noted before faults had an end is over, and is told to nobody', () => {
    const seen = {
      who: 'ods:FA565',
      component: 'dispense',
      datacentre: 'a',
      failures: 50,
      at: minute(0).toISOString(),
    } as const;
    const fault = faultOf('ods:FA565', [seen, { ...seen, at: minute(60).toISOString() }]);
    assert.equal(fault?.endedAt, minute(60).toISOString());
    assert.deepEqual([fault.count, fault.cells], [50, TROUBLE.cells]);
    assert.equal(faultOf('LOC-20141016-01', [{ kind: 'Ended', at: seen.at }]), null);
  });

  test('is one, wherever it is met', () => {
    const at = (component: 'dispense' | 'claim') =>
      aMinute(minute(1), { component, failures: 30, failuresBy: { 'ods:FA565': 30 } });
    const observed = anObserved(minute(2), { minutes: [at('dispense'), at('claim')] });
    const [trouble, ...others] = troublesIn(observed);
    assert.deepEqual(others, []);
    assert.deepEqual([trouble?.count, trouble?.cells.length], [60, 2]);
  });

  test('is not over by time that nobody had, nor by failures here and there', () => {
    const fault = faultOf('LOC-20141016-01', [began]) ?? assert.fail();
    assert.equal(isOver(anObserved(minute(20)), fault), true);
    assert.equal(isOver(anObserved(minute(20), { resumedAt: minute(15) }), fault), false);
    assert.equal(isOver(anObserved(minute(20), { begunAt: minute(15) }), fault), false);
    const after = (failures: number) =>
      anObserved(minute(20), {
        minutes: [aMinute(minute(12), { failures, failuresBy: { 'ods:FA565': failures } })],
      });
    assert.equal(isOver(after(6), fault), false);
    assert.equal(isOver(after(3), fault), true); // three in a hundred: it goes on everywhere
  });

  test('is theirs by an ODS code, an ASID or a party key, however it is typed', () => {
    for (const [typed, whose, words] of [
      [' fa565 ', 'ods:FA565', 'ODS code FA565'],
      ['999000000201', 'asid:999000000201', 'ASID 999000000201'],
      ['party:fa565-000001', 'party:FA565-000001', 'party key FA565-000001'],
    ] as const) {
      const parsed = parseWhose(typed);
      assert.deepEqual(parsed, { ok: true, value: whose });
      assert.equal(nameOf(whose), words);
    }
    for (const typed of ['', 'A', 'FA565,VNE51', 'x@y.example', '99900000020']) {
      assert.equal(parseWhose(typed).ok, false, typed);
    }
  });
});
