import { type Brand, brand } from './brand.ts';

/** A calendar day in Europe/London, `YYYY-MM-DD`. Compares as text. */
export type LondonDate = Brand<'LondonDate'>;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The day that an instant falls on in London. */
export function londonDate(instant: Date): LondonDate {
  const local = new Date(instant.getTime() + (isSummerTime(instant) ? HOUR_MS : 0));
  return brand<LondonDate>(local.toISOString().slice(0, 10));
}

/** Reads `YYYY-MM-DD`; null when it is not a day of the calendar. */
export function parseLondonDate(text: string): LondonDate | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return null;
  const day = new Date(`${text}T00:00:00Z`).getUTCDate(); // another one, or none, when the month is shorter
  return day === Number(text.slice('YYYY-MM-'.length)) ? brand<LondonDate>(text) : null;
}

/** Calendar months later, cut to the month's last day: 31 August + 6 = 28 or 29 February [EPS-LIFECYCLE]. */
export function addMonths(date: LondonDate, months: number): LondonDate {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return isoDay(Date.UTC(year, month - 1 + months, Math.min(day, lastDay)));
}

export function addDays(date: LondonDate, days: number): LondonDate {
  return isoDay(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS);
}

function isoDay(ms: number): LondonDate {
  return brand<LondonDate>(new Date(ms).toISOString().slice(0, 10));
}

/** Summer time runs from 01:00 UTC on the last Sunday of March to that of October (since 1996). */
function isSummerTime(instant: Date): boolean {
  const year = instant.getUTCFullYear();
  const known = SUMMERS.get(year);
  const [begins, ends] = known ?? [changeOver(year, 3), changeOver(year, 10)];
  if (known === undefined) SUMMERS.set(year, [begins, ends]);
  return instant.getTime() >= begins && instant.getTime() < ends;
}

/** Between which moments it is summer time, by year: there are as many as a calendar has. */
const SUMMERS = new Map<number, readonly [begins: number, ends: number]>();

function changeOver(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month, 0));
  return Date.UTC(year, month - 1, last.getUTCDate() - last.getUTCDay(), 1);
}

/** The moment at which a day begins in London. */
export function startOf(date: LondonDate): Date {
  return instantOf(date, '00:00');
}

/** The moment at which a clock in London shows `HH:MM` on a day; of an hour that comes twice, the first. */
export function instantOf(date: LondonDate, time: string): Date {
  const utc = Date.parse(`${date}T${time}:00Z`);
  return new Date(isSummerTime(new Date(utc - HOUR_MS)) ? utc - HOUR_MS : utc);
}
