import { type Brand, brand } from '../kernel/brand.ts';
import { fail, ok, type Result } from '../kernel/result.ts';

/** The short-form id without its check character: the key that Spine stores and compares [EPS-FHIR 6.1]. */
export type PrescriptionId = Brand<'PrescriptionId'>;

export type PrescriptionIdError =
  | { readonly kind: 'PrescriptionIdMalformed' }
  | { readonly kind: 'PrescriptionIdCheckDigitWrong' };

const SHAPE = /^[A-F0-9]{6}-[A-Z0-9]{6}-[A-F0-9]{5}[A-Z0-9+]$/;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+';

/** Reads the id of a new prescription, whose check character must be right. */
export function parsePrescriptionId(text: string): Result<PrescriptionId, PrescriptionIdError> {
  const id = prescriptionKey(text);
  if (id === null) return fail({ kind: 'PrescriptionIdMalformed' });
  if (shortForm(id) !== text) return fail({ kind: 'PrescriptionIdCheckDigitWrong' });
  return ok(id);
}

/** The key of an id by which a known prescription is asked for; null when no prescription can have it. */
export function prescriptionKey(text: string): PrescriptionId | null {
  return SHAPE.test(text) ? brand<PrescriptionId>(text.slice(0, -1)) : null;
}

/** The id as everybody writes it, with its check character. */
export function shortForm(id: PrescriptionId): string {
  return `${id}${checkCharacter(id)}`;
}

/** ISO 7064 MOD 37-2 over the seventeen characters [EPS-FHIR 6.1]. */
export function checkCharacter(id: string): string {
  let total = 0;
  for (const character of id.replaceAll('-', '')) {
    total = ((total + Number.parseInt(character, 36)) * 2) % 37;
  }
  return ALPHABET.charAt((38 - total) % 37);
}
