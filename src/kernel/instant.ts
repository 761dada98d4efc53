import { type Brand, brand } from './brand.ts';

/** A moment, ISO 8601 in UTC with milliseconds. Compares as text, and is its own JSON form. */
export type Instant = Brand<'Instant'>;

export function instantOf(date: Date): Instant {
  return brand<Instant>(date.toISOString());
}

/** Reads a FHIR dateTime or date (a date is its first moment in UTC); null when it is none. */
export function parseInstant(text: string): Instant | null {
  const ms = /^\d{4}(-\d{2}(-\d{2})?)?(T|$)/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : instantOf(new Date(ms));
}
