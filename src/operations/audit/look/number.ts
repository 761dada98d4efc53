import { parseNhsNumber } from '../../../kernel/nhs-number.ts';

/** An NHS number as people type it; null when it is none. */
export function numberOf(typed: string): string | null {
  return parseNhsNumber(typed.replaceAll(/[\s-]/g, ''));
}
