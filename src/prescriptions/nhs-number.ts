import { type Brand, brand } from '../kernel/brand.ts';

export type NhsNumber = Brand<'NhsNumber'>;

/** Reads ten digits whose last is their check digit, modulus 11 [EPS-FHIR 6.3]; null when they are not that. */
export function parseNhsNumber(text: string): NhsNumber | null {
  if (!/^\d{10}$/.test(text)) return null;
  const digits = [...text].map(Number);
  const sum = digits.slice(0, 9).reduce((total, digit, index) => total + digit * (10 - index), 0);
  const check = (11 - (sum % 11)) % 11;
  return check === digits[9] ? brand<NhsNumber>(text) : null;
}
