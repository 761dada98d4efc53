import { type Instant, instantOf } from '../../kernel/instant.ts';
import { type LondonDate, parseLondonDate, startOf } from '../../kernel/london.ts';
import type { TimeBasis } from '../lx1/manifest.ts';

/** A moment of an old store; `isAmbiguous` in the hour that the clocks of London showed twice, or not at all [MIGRATION 4, D14]. */
export type LegacyInstant = { readonly at: Instant; readonly isAmbiguous: boolean };

const STAMP = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/;
const HOUR_MS = 3_600_000;

/** Reads `YYYYMMDDHHMMSS`; null when it is no moment of the calendar. Of a doubled hour the first is meant. */
export function legacyInstant(text: string | null, basis: TimeBasis): LegacyInstant | null {
  const parts = STAMP.exec(text ?? '');
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second] = parts;
  const on = legacyDay(`${year}${month}${day}`);
  if (on === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const ms = Date.parse(`${on}T${hour}:${minute}:${second}Z`);
  if (basis === 'utc') return { at: instantOf(new Date(ms)), isAmbiguous: false };
  const candidates = [ms - HOUR_MS, ms].filter((one) => shownInLondon(one) === ms);
  const at = instantOf(new Date(candidates[0] ?? ms));
  return { at, isAmbiguous: candidates.length !== 1 };
}

/** What the clocks of London show, as if it were UTC. */
function shownInLondon(ms: number): number {
  const utcDay = new Date(ms).toISOString().slice(0, 10);
  const noon = parseLondonDate(utcDay);
  if (noon === null) return ms;
  // Days begin an hour earlier in summer; on the day of a change the hours behind it count.
  const begins = Date.parse(`${utcDay}T00:00:00Z`) - startOf(noon).getTime();
  const next = Date.parse(`${utcDay}T00:00:00Z`) + 24 * HOUR_MS;
  const nextDay = parseLondonDate(new Date(next).toISOString().slice(0, 10));
  const ends = nextDay === null ? begins : next - startOf(nextDay).getTime();
  const changes = Date.parse(`${utcDay}T01:00:00Z`); // clocks change at one o'clock UTC
  return ms + (ms >= changes ? ends : begins);
}

/** Reads `YYYYMMDD`; null when it is no day of the calendar, or of no prescription's time [MIGRATION 4, D24]. */
export function legacyDay(text: string | null): LondonDate | null {
  if (text === null || !/^(19|20)\d{6}$/.test(text)) return null;
  return parseLondonDate(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`);
}
