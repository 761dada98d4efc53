import { brand } from '../../kernel/brand.ts';
import { type Instant, instantOf } from '../../kernel/instant.ts';
import { type LondonDate, parseLondonDate, startOf } from '../../kernel/london.ts';
import type { TimeBasis } from '../lx1/manifest.ts';

/** A moment of an old store; `isAmbiguous` in the hour that the clocks of London showed twice, or not at all [MIGRATION 4, D14]. */
export type LegacyInstant = { readonly at: Instant; readonly isAmbiguous: boolean };

const STAMP = /^(\d{8})(\d\d)(\d\d)(\d\d)$/;
const HOUR_MS = 3_600_000;

/** Reads `YYYYMMDDHHMMSS`; null when it is no moment of the calendar. Of a doubled hour the first is meant. */
export function legacyInstant(text: string | null, basis: TimeBasis): LegacyInstant | null {
  const parts = STAMP.exec(text ?? '');
  if (parts === null) return null;
  const [, date, hour = '', minute = '', second = ''] = parts;
  const on = legacyDay(date ?? null);
  if (on === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const asUtc = `${on}T${hour}:${minute}:${second}.000Z`;
  if (basis === 'utc') return { at: brand<Instant>(asUtc), isAmbiguous: false };
  const { begins, ends } = aheadOn(on);
  if (begins === ends && Number(hour) > 1) {
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
  if (text === null || !/^(19|20)\d{6}$/.test(text)) return null;
  const known = DAYS.get(text);
  if (known !== undefined) return known;
  const day = parseLondonDate(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`);
  return remembered(DAYS, text, day);
}

/** All rows of an old store are of a few thousand days. */
const DAYS = new Map<string, LondonDate | null>();
const DAYS_MAX = 50_000;

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, value: Value): Value {
  if (known.size >= DAYS_MAX) known.clear();
  known.set(key, value);
  return value;
}
