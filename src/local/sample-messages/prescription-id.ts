import { checkCharacter } from '../../prescriptions/prescription-id.ts';

/**
 * A source of numbers from 0 up to 1: `Math.random`, or a seeded one where ids must be the same
 * each time.
 */
export type Random = () => number;

/**
 * A new short-form id of this prescribing organisation, with the right check character [EPS-FHIR
 * 6.1].
 */
export function newShortFormId(ods: string, random: Random): string {
  const organisation = ods.toUpperCase().padStart(6, '0');
  const body = `${hex(6, random)}-${organisation}-${hex(5, random)}`;
  return `${body}${checkCharacter(body)}`;
}

function hex(length: number, random: Random): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16))
    .join('')
    .toUpperCase();
}
