import { instantOf, londonDate, parseLondonDate } from '../kernel/london.ts';

/** As a field for a date and a time has it. */
export function localTime(at: Date): string {
  return `${londonDate(at)}T${LONDON_TIME.format(at)}`;
}

const LONDON_TIME = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** What such a field, or a person, says; null: it is no date and time in London. */
export function instantIn(text: string): Date | null {
  const [, day = '', time = ''] = /^(\S+)[T ]((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text.trim()) ?? [];
  const date = parseLondonDate(day);
  return date === null ? null : instantOf(date, time);
}
