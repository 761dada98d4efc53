import { hash } from 'node:crypto';

import { type Brand, brand } from './brand.ts';

/** A lower-case GUID. FHIR shows it so; HL7 V3 shows the same one in upper case. */
export type Uuid = Brand<'Uuid'>;

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads a GUID in either case; null when it is none. */
export function parseUuid(text: string): Uuid | null {
  const lower = text.toLowerCase();
  return SHAPE.test(lower) ? brand<Uuid>(lower) : null;
}

/** The GUID that always comes of these words: an answer built again has the ids it had (RFC 9562 version 8). */
export function derivedUuid(...words: readonly string[]): Uuid {
  const hex = hash('sha256', words.join('\n'), 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return brand<Uuid>(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  );
}
