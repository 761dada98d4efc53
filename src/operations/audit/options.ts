import { fail, ok, type Result } from '../../kernel/result.ts';

export const RANGE = [
  { flag: 'from', value: 'time', help: 'written since then: 2026-11-29 or 2026-11-29T10:00:00Z' },
  { flag: 'to', value: 'time', help: 'written until then' },
] as const;

/** ISO 8601; of a day its first moment, or for `to` its last, in UTC. Null: not said. */
export function timeOf(flag: 'from' | 'to', text: string | null): Result<string | null, string> {
  if (text === null) return ok(null);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const full = !isDay ? text : `${text}T${flag === 'from' ? '00:00:00.000' : '23:59:59.999'}Z`;
  const ms = /^\d{4}-\d{2}-\d{2}T/.test(full) ? Date.parse(full) : Number.NaN;
  return Number.isNaN(ms)
    ? fail(`--${flag} is a day or an instant, as 2026-11-29 or 2026-11-29T10:00:00Z, not "${text}"`)
    : ok(new Date(ms).toISOString());
}

const RETENTION_YEARS = '8'; // [RELIABILITY 7.5]
const YEARS_MAX = 100;

export const RETENTION = {
  flag: 'retention-years',
  value: 'n',
  help: 'how long lines are kept; older ones may have been purged',
  default: RETENTION_YEARS,
} as const;

/** ISO 8601: what was sealed before it need not be kept. */
export function keptSince(text: string | null, now: Date): Result<string, string> {
  const years = Number(text);
  if (!Number.isInteger(years) || years < 1 || years > YEARS_MAX) {
    return fail(`--${RETENTION.flag} is a number from 1 to ${YEARS_MAX}`);
  }
  const since = new Date(now);
  since.setUTCFullYear(now.getUTCFullYear() - years);
  return ok(since.toISOString());
}
