import { fail, ok, type Result } from '../kernel/result.ts';

/** The number of an incident or of maintenance as people type it; fails when it is none. */
export function parseNumber(text: string, kind: 'INC' | 'MNT'): Result<string, string> {
  const number = text.trim().toUpperCase();
  const shape = new RegExp(`^${kind}-\\d{8}-\\d{2,4}$`);
  return shape.test(number)
    ? ok(number)
    : fail(`"${text}" is not a number such as ${kind}-20141016-01`);
}
