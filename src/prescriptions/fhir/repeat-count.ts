import type { Extension } from 'fhir/r4';

import { extension } from './r4.ts';

/** A repeat number of EPS-RepeatInformation as the rules count it, from one; the wire counts from zero [EPS-CODES 3]. */
export function repeatCount(
  information: Extension | null,
  name: 'numberOfRepeatsIssued' | 'numberOfRepeatsAllowed',
): number | null {
  const value = extension(information ?? undefined, name)?.valueInteger;
  return value === undefined ? null : value + 1;
}
