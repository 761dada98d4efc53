import { addDays, type LondonDate, parseLondonDate } from './london.ts';

/** Neither a Saturday, nor a Sunday, nor a bank holiday of England [Banking and Financial Dealings Act 1971]. */
export function isWorkingDay(date: LondonDate): boolean {
  return !isWeekend(date) && !bankHolidays(Number(date.slice(0, 4))).has(date);
}

/** So many working days later; the first day does not count. */
export function addWorkingDays(date: LondonDate, days: number): LondonDate {
  let [day, left] = [date, days];
  while (left > 0) {
    day = addDays(day, 1);
    if (isWorkingDay(day)) left -= 1;
  }
  return day;
}

function isWeekend(date: LondonDate): boolean {
  return [SUNDAY, SATURDAY].includes(weekdayOf(date));
}

const [SUNDAY, MONDAY, SATURDAY] = [0, 1, 6];

function weekdayOf(date: LondonDate): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

/** What a proclamation has changed: days that were none, and days that were one more. */
const PROCLAIMED: Readonly<Record<number, { readonly not: string[]; readonly also: string[] }>> = {
  2011: { not: [], also: ['2011-04-29'] },
  2012: { not: ['2012-05-28'], also: ['2012-06-04', '2012-06-05'] },
  2020: { not: ['2020-05-04'], also: ['2020-05-08'] },
  2022: { not: ['2022-05-30'], also: ['2022-06-02', '2022-06-03', '2022-09-19'] },
  2023: { not: [], also: ['2023-05-08'] },
};

function bankHolidays(year: number): ReadonlySet<string> {
  const easter = easterSunday(year);
  const { not, also } = PROCLAIMED[year] ?? { not: [], also: [] };
  const usual = [
    ...inLieu([day(year, 1, 1)]),
    addDays(easter, -2),
    addDays(easter, 1),
    mondayFrom(day(year, 5, 1)),
    mondayFrom(day(year, 5, 25)),
    mondayFrom(day(year, 8, 25)),
    ...inLieu([day(year, 12, 25), day(year, 12, 26)]),
  ];
  return new Set([...usual.filter((one) => !not.includes(one)), ...also]);
}

function day(year: number, month: number, date: number): LondonDate {
  const text = `${year}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
  const parsed = parseLondonDate(text);
  if (parsed === null) throw new RangeError(`${text} is no day of the calendar`);
  return parsed;
}

function mondayFrom(date: LondonDate): LondonDate {
  return addDays(date, (MONDAY - weekdayOf(date) + 7) % 7);
}

/** For those at a weekend the next days that are free: each of them gives one. */
function inLieu(dates: readonly LondonDate[]): LondonDate[] {
  const taken: LondonDate[] = dates.filter((date) => !isWeekend(date));
  for (const date of dates.filter(isWeekend)) {
    let free = date;
    while (isWeekend(free) || taken.includes(free)) free = addDays(free, 1);
    taken.push(free);
  }
  return taken;
}

/** By the Gregorian rule: the first Sunday after the full moon of spring, as the Church reckons it. */
function easterSunday(year: number): LondonDate {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const leapsLeftOut = century - Math.floor(century / 4);
  const moonMoved = Math.floor((8 * century + 13) / 25);
  const age = (leapsLeftOut - moonMoved + 19 * golden + 15) % 30;
  const late = age === 29 || (age === 28 && golden > 10) ? 1 : 0;
  const fullMoon = addDays(day(year, 3, 21), age - late);
  const days = (7 - weekdayOf(fullMoon)) % 7;
  return addDays(fullMoon, days === 0 ? 7 : days);
}
