import { parseLondonDate } from '../../kernel/london.ts';
import { at, isMap, type Json, type JsonMap, textAt } from '../json.ts';
import { invalidUpdate, invalidValue, type Refusal } from '../outcome.ts';
import { pythonText } from '../python.ts';
import { unknownMember } from './members.ts';

/** What is wrong with a period; `field` is where it stands [PDS 6.2]. */
export function periodFault(
  period: Json | undefined,
  field: string,
  today: string,
): Refusal | null {
  if (period === undefined) return null;
  if (!isMap(period)) return invalidValue(pythonText(period), field);
  const extra = unknownMember(period, ['start', 'end']);
  if (extra !== null) return extra;
  for (const name of ['start', 'end']) {
    const value = at(period, name);
    if (value !== undefined && !isDay(value))
      return invalidValue(pythonText(value), `${field}/${name}`);
  }
  const { start, end } = { start: textAt(period, 'start'), end: textAt(period, 'end') };
  if (start === '') return invalidUpdate(`${field} must have a start date`);
  if (start.slice(0, 10) > today)
    return invalidUpdate(`${field} start date cannot be in the future`);
  return end !== '' && end < start
    ? invalidUpdate(`${field} end date cannot be before its start date`)
    : null;
}

function isDay(value: Json): boolean {
  return typeof value === 'string' && parseLondonDate(value.slice(0, 10)) !== null;
}

/** With today as its start when it has none [PDS 6.2]. */
export function withStart(item: JsonMap, today: string): JsonMap {
  if (textAt(item, 'period', 'start') !== '') return item;
  const period = at(item, 'period');
  return { ...item, period: { start: today, ...(isMap(period) ? period : {}) } };
}
