import { dayOf, timeOf } from '../pages/index.ts';

/** `7:12am on 16 October 2014`, London time, of an instant in ISO 8601. */
export function londonInstant(at: string): string {
  return `${londonTime(at)} on ${dayOf(new Date(at))}`;
}

/** `7:12am`. */
export function londonTime(at: string): string {
  return timeOf(new Date(at));
}

/** `2 hours 5 minutes`; what is shorter than a minute is one. */
export function duration(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const [days, hours, rest] = [
    Math.floor(minutes / 1440),
    Math.floor(minutes / 60) % 24,
    minutes % 60,
  ];
  const parts = [counted(days, 'day'), counted(hours, 'hour'), counted(rest, 'minute')];
  return parts.filter((part) => part !== null).join(' ');
}

function counted(count: number, unit: string): string | null {
  return count === 0 ? null : `${count} ${unit}${count === 1 ? '' : 's'}`;
}
