import { brand } from '../../kernel/brand.ts';
import { type Instant, instantOf } from '../../kernel/instant.ts';
import { type LondonDate, parseLondonDate, startOf } from '../../kernel/london.ts';
import type { TimeBasis } from '../lx1/manifest.ts';

/** A moment of an old store; `isAmbiguous` in the hour that the clocks of London showed twice, or not at all [MIGRATION 4, D14]. */
export type LegacyInstant = { readonly at: Instant; readonly isAmbiguous: boolean };

const HOUR_MS = 3_600_000;

/** Reads `YYYYMMDDHHMMSS`; null when it is no moment of the calendar. Of a doubled hour the first is meant. */
export function legacyInstant(text: string | null, basis: TimeBasis): LegacyInstant | null {
  if (text?.length !== 14) return null;
  const on = dayOf(digitsIn(text, 0, 8));
  const hour = digitsIn(text, 8, 10);
  const isTime = hour <= 23 && digitsIn(text, 10, 12) <= 59 && digitsIn(text, 12, 14) <= 59;
  if (on === null || !isTime) return null;
  const asUtc = `${on}T${text.slice(8, 10)}:${text.slice(10, 12)}:${text.slice(12)}.000Z`;
  if (basis === 'utc') return { at: brand<Instant>(asUtc), isAmbiguous: false };
  const { begins, ends } = aheadOn(on);
  if (begins === ends && hour > 1) {
    return { at: instantOf(new Date(Date.parse(asUtc) - begins)), isAmbiguous: false };
  }
  const ms = Date.parse(asUtc);
  const candidates = [ms - HOUR_MS, ms].filter((one) => shownInLondon(one) === ms);
  const at = instantOf(new Date(candidates[0] ?? ms));
  return { at, isAmbiguous: candidates.length !== 1 };
}

/** How far the clocks of London are ahead of UTC when a day begins and when it ends, in milliseconds. */
function aheadOn(day: LondonDate): { readonly begins: number; readonly ends: number } {
  const known = AHEAD.get(day);
  if (known !== undefined) return known;
  const utc = Date.parse(`${day}T00:00:00Z`);
  const nextDay = parseLondonDate(new Date(utc + 24 * HOUR_MS).toISOString().slice(0, 10));
  const begins = utc - startOf(day).getTime();
  const ends = nextDay === null ? begins : utc + 24 * HOUR_MS - startOf(nextDay).getTime();
  return remembered(AHEAD, day, { begins, ends });
}

const AHEAD = new Map<LondonDate, { readonly begins: number; readonly ends: number }>();

/** What the clocks of London show, as if it were UTC. */
function shownInLondon(ms: number): number {
  const utcDay = new Date(ms).toISOString().slice(0, 10);
  const day = parseLondonDate(utcDay);
  if (day === null) return ms;
  // Days begin an hour earlier in summer; on the day of a change the hours behind it count.
  const { begins, ends } = aheadOn(day);
  const changes = Date.parse(`${utcDay}T01:00:00Z`); // clocks change at one o'clock UTC
  return ms + (ms >= changes ? ends : begins);
}

/** Reads `YYYYMMDD`; null when it is no day of the calendar, or of no prescription's time [MIGRATION 4, D24]. */
export function legacyDay(text: string | null): LondonDate | null {
  return text?.length === 8 ? dayOf(digitsIn(text, 0, 8)) : null;
}

/** The number that digits make; NaN where something else stands. Rows have dozens: an expression for each is slow. */
function digitsIn(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

const ZERO = 0x30;

/** Of a number as `YYYYMMDD` is one. */
function dayOf(number: number): LondonDate | null {
  if (!(number >= FIRST_DAY && number < BEHIND_LAST_DAY)) return null;
  const known = DAYS.get(number);
  if (known !== undefined) return known;
  const text = String(number);
  const day = parseLondonDate(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`);
  return remembered(DAYS, number, day);
}

const FIRST_DAY = 1900_00_00;
const BEHIND_LAST_DAY = 2100_00_00;

/** All rows of an old store are of a few thousand days. */
const DAYS = new Map<number, LondonDate | null>();
const DAYS_MAX = 50_000;

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, value: Value): Value {
  if (known.size >= DAYS_MAX) known.clear();
  known.set(key, value);
  return value;
}
