import { type Brand, brand } from './brand.ts';

export type NhsNumber = Brand<'NhsNumber'>;

/** Reads ten digits whose last is their check digit, modulus 11 [EPS-FHIR 6.3, PDS 7.3]; null when they are not that. */
export function parseNhsNumber(text: string): NhsNumber | null {
  if (!/^\d{10}$/.test(text)) return null;
  return String(nhsNumberCheckDigit(text.slice(0, 9))) === text.at(9)
    ? brand<NhsNumber>(text)
    : null;
}

/** The tenth digit for nine; null when no NHS number begins with these nine [EPS-FHIR 6.3, PDS 7.3]. */
export function nhsNumberCheckDigit(nineDigits: string): number | null {
  let sum = 0;
  for (let place = 0; place < 9; place += 1) sum += Number(nineDigits[place]) * (10 - place);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? null : check;
}
