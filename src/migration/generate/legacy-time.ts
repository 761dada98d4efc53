const DAY_MS = 86_400_000;

/** `YYYYMMDDHHMMSS` in UTC. */
export function stamp(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-T:]/g, '').slice(0, 14);
}

const LONDON = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hour: 'numeric',
  hourCycle: 'h23',
});
const HOUR_MS = 3_600_000;
const offsets = new Map<number, number>();

/** How far the clocks of London are ahead of UTC; asked of the machine once for each hour. */
function offsetMs(ms: number): number {
  const hour = Math.floor(ms / HOUR_MS);
  const known = offsets.get(hour);
  if (known !== undefined) return known;
  const isAhead = Number(LONDON.format(ms)) !== new Date(ms).getUTCHours();
  offsets.set(hour, isAhead ? HOUR_MS : 0);
  return isAhead ? HOUR_MS : 0;
}

/** `YYYYMMDDHHMMSS` as the clocks of London showed it. */
export function londonStamp(ms: number): string {
  return stamp(ms + offsetMs(ms));
}

/** Whether the clocks of London showed this moment's time a second time an hour before or after. */
export function isDoubled(ms: number): boolean {
  const shown = londonStamp(ms);
  return [ms - HOUR_MS, ms + HOUR_MS].some((other) => londonStamp(other) === shown);
}

/** `YYYYMMDD` in London. */
export function dayOf(ms: number): string {
  return londonStamp(ms).slice(0, 8);
}

export function daysLater(day: string, days: number): string {
  return stamp(atDay(day) + days * DAY_MS).slice(0, 8);
}

/** Cut to the last day of the month [EPS-LIFECYCLE 8]. */
export function monthsLater(day: string, months: number): string {
  const [year, month, date] = [day.slice(0, 4), day.slice(4, 6), day.slice(6, 8)].map(Number);
  const last = new Date(Date.UTC(year ?? 0, (month ?? 0) + months, 0)).getUTCDate();
  return stamp(Date.UTC(year ?? 0, (month ?? 0) - 1 + months, Math.min(date ?? 1, last))).slice(
    0,
    8,
  );
}

function atDay(day: string): number {
  return Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8)));
}
