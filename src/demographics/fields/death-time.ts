import { parseLondonDate } from '../../kernel/london.ts';
import type { Json } from '../json.ts';

const SHAPE = /^\d{4}-\d\d-\d\d(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\+00:00)?)?$/;

/** Whether it is a day or a time of death in one of the forms that are taken [PDS 4.1]. */
export function isDeathTime(value: Json | undefined): value is string {
  return (
    typeof value === 'string' && SHAPE.test(value) && parseLondonDate(value.slice(0, 10)) !== null
  );
}

/** As it is kept and told, whatever of those forms it came in [PDS 4.1]. */
export function withOffset(time: string): string {
  const whole = time.length === 10 ? `${time}T00:00:00` : time;
  return whole.endsWith('+00:00') ? whole : `${whole}+00:00`;
}
