import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { addDays, addMonths, type LondonDate, londonDate, parseLondonDate } from './london.ts';

function day(text: string): LondonDate {
  const date = parseLondonDate(text);
  assert.ok(date !== null, text);
  return date;
}

describe('a day in London', () => {
  test('begins an hour before midnight UTC in summer and with it in winter', () => {
    assert.equal(londonDate(new Date('2024-06-30T22:59:59Z')), '2024-06-30');
    assert.equal(londonDate(new Date('2024-06-30T23:00:00Z')), '2024-07-01');
    assert.equal(londonDate(new Date('2024-12-31T23:59:59Z')), '2024-12-31');
  });

  test('agrees with the time-zone data of the machine, at any moment of 2000 to 2060', () => {
    const oracle = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' });
    const moments = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2060, 0, 1) });
    fc.assert(
      fc.property(moments, (ms) => londonDate(new Date(ms)) === oracle.format(new Date(ms))),
      { numRuns: 20_000 },
    );
  });

  test('months later is cut to the last day of the month', () => {
    assert.equal(addMonths(day('2024-08-31'), 6), '2025-02-28');
    assert.equal(addMonths(day('2023-08-31'), 6), '2024-02-29');
    assert.equal(addMonths(day('2024-12-09'), 6), '2025-06-09');
    assert.equal(addMonths(day('2024-01-31'), -1), '2023-12-31');
  });

  test('days later crosses the change of the clocks', () => {
    assert.equal(addDays(day('2024-03-30'), 2), '2024-04-01');
    assert.equal(addDays(day('2024-10-26'), 2), '2024-10-28');
  });

  test('is read only when the calendar has it', () => {
    assert.equal(parseLondonDate('2023-02-29'), null);
    assert.equal(parseLondonDate('2024-2-1'), null);
  });
});
