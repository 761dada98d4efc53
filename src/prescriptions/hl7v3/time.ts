import { type Instant, parseInstant } from '../../kernel/instant.ts';
import { type LondonDate, parseLondonDate } from '../../kernel/london.ts';

/** Reads `YYYYMMDDHHmmss`, in UTC unless an offset stands behind it [EPS-LIFECYCLE 3]; null when no clock shows it. */
export function readTime(text: string): Instant | null {
  const [, day = '', hour, minute, second, zone = '+00', rest = '00'] =
    /^(\d{8})(\d{2})(\d{2})(\d{2})(?:([+-]\d{2})(\d{2}))?$/.exec(text) ?? [];
  const date = readDay(day);
  return date === null ? null : parseInstant(`${date}T${hour}:${minute}:${second}${zone}:${rest}`);
}

/** `YYYYMMDDHHmmss` in UTC. */
export function hl7Time(instant: Instant): string {
  return instant.slice(0, 19).replaceAll(/\D/g, '');
}

/** Reads `YYYYMMDD`; null when it is not a day of the calendar. */
export function readDay(text: string): LondonDate | null {
  return /^\d{8}$/.test(text)
    ? parseLondonDate(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`)
    : null;
}
