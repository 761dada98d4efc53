import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addDays, type LondonDate, parseLondonDate } from './london.ts';
import { addWorkingDays, isWorkingDay } from './working-day.ts';

// As the Government published them for England and Wales.
const PUBLISHED: Readonly<Record<string, string>> = {
  2014: '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26',
  2015: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28',
  2016: '01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27',
  2017: '01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26',
  2020: '01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28',
  2021: '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28',
  2022: '01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27',
  2023: '01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26',
  2024: '01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26',
  2025: '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26',
  2026: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28',
};

function date(text: string): LondonDate {
  const parsed = parseLondonDate(text);
  assert.ok(parsed !== null, text);
  return parsed;
}

test('bank holidays are those that were published, year by year', () => {
  for (const [year, published] of Object.entries(PUBLISHED)) {
    const found: string[] = [];
    for (let day = date(`${year}-01-01`); day.startsWith(year); day = addDays(day, 1)) {
      const isWeekday = ![0, 6].includes(new Date(day).getUTCDay());
      if (isWeekday && !isWorkingDay(day)) found.push(day.slice(5));
    }
    assert.equal(found.join(' '), published, year);
  }
});

test('working days are counted from the day after, over weekends and holidays', () => {
  assert.equal(addWorkingDays(date('2014-10-16'), 5), '2014-10-23');
  assert.equal(addWorkingDays(date('2014-12-23'), 5), '2015-01-02'); // 24, 29, 30, 31 December, 2 January
  assert.equal(addWorkingDays(date('2014-10-18'), 1), '2014-10-20');
});
