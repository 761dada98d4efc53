import { type LondonDate, parseLondonDate } from '../../../kernel/london.ts';
import type { FieldError, Form } from '../../../pages/index.ts';

/** As a person wrote it: three fields of text. */
export type TypedDay = { readonly day: string; readonly month: string; readonly year: string };

export function typedDay(form: Form, field: string): TypedDay {
  const part = (name: string): string => form.text(`${field}[${name}]`);
  return { day: part('day'), month: part('month'), year: part('year') };
}

/** For a form that shows a day already known. */
export function splitDay(known: LondonDate | null): TypedDay {
  const [year = '', month = '', day = ''] = (known ?? '').split('-');
  return { day: day.replace(/^0/, ''), month: month.replace(/^0/, ''), year };
}

/** A day that may be left out; null with an error, at the first of its fields, when there is no such day. */
export function readDay(
  form: Form,
  field: string,
  name: string,
): { readonly day: LondonDate | null; readonly errors: readonly FieldError[] } {
  const { day, month, year } = typedDay(form, field);
  if (day + month + year === '') return { day: null, errors: [] };
  const found = parseLondonDate(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
  const text = `${name} must be a real day, such as 6 8 2026`;
  return { day: found, errors: found === null ? [{ field: dayField(field), text }] : [] };
}

/** The field of a day that an error leads to. */
export function dayField(field: string): string {
  return `${field}-day`;
}
