const LONDON = { timeZone: 'Europe/London' } as const;
const DAY = new Intl.DateTimeFormat('en-GB', {
  ...LONDON,
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const TIME = new Intl.DateTimeFormat('en-GB', {
  ...LONDON,
  hour: 'numeric',
  minute: '2-digit',
  hour12: true,
});

/** `2026-08-06` as `6 August 2026`; nothing for a day that nobody set. */
export function day(date: string | null): string {
  return date === null ? '' : DAY.format(new Date(`${date}T12:00:00Z`));
}

/** The day of an instant in London. */
export function dayOf(at: Date): string {
  return DAY.format(at);
}

/** `9:05am`, in London. */
export function timeOf(at: Date): string {
  return TIME.format(at).replaceAll(/\s/g, '');
}

/** `6 August 2026, 9:05am`, in London. */
export function instant(at: Date): string {
  return `${dayOf(at)}, ${timeOf(at)}`;
}

/** The same in UTC, for whoever points at it. */
export function utc(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
