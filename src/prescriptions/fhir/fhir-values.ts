import type { Address, ContactPoint, HumanName, Patient } from 'fhir/r4';

import type { JsonNumber } from '../../gateways/fhir/json.ts';
import type * as hl7 from '../hl7v3/order-document.ts';

/*
 * Values of HL7 V3 as FHIR has them; the way back is `hl7-values.ts`. A use that FHIR has no word for is
 * left out, as nothing that is signed is read from here [EPS-HL7V3 4.1].
 */

const TELECOM_USES: Readonly<Record<string, NonNullable<ContactPoint['use']>>> = {
  H: 'home',
  HP: 'home',
  WP: 'work',
  HV: 'temp',
  MC: 'mobile',
  PG: 'mobile',
};
const ADDRESS_USES: Readonly<Record<string, NonNullable<Address['use']>>> = {
  H: 'home',
  HP: 'home',
  WP: 'work',
  BP: 'work',
  TMP: 'temp',
  PST: 'billing',
};
const NAME_USES: Readonly<Record<string, NonNullable<HumanName['use']>>> = {
  L: 'usual',
  A: 'temp',
  PREFERRED: 'nickname',
  PREVIOUS: 'old',
  'PREVIOUS-BACHELOR': 'old',
  'PREVIOUS-BIRTH': 'maiden',
  'PREVIOUS-MAIDEN': 'maiden',
};
const GENDERS: Readonly<Record<string, NonNullable<Patient['gender']>>> = {
  '0': 'unknown',
  '1': 'male',
  '2': 'female',
  '9': 'other',
};

export function contactPoint({ use, value }: hl7.Telecom): ContactPoint {
  return { system: 'phone', ...used(TELECOM_USES, use), value: value.replace(/^tel:/, '') };
}

/** Which line is the city is not told: all stay lines. */
export function fhirAddress({ use, lines, postcode }: hl7.Address): Address {
  return {
    ...used(ADDRESS_USES, use),
    ...(lines.length === 0 ? {} : { line: [...lines] }),
    ...(postcode === null ? {} : { postalCode: postcode }),
  };
}

export function humanName({
  use,
  prefixes,
  givens,
  family,
  suffixes,
  text,
}: hl7.PersonName): HumanName {
  return {
    ...used(NAME_USES, use),
    ...(text === null || text === '' ? {} : { text }),
    ...(family === null ? {} : { family }),
    ...(givens.length === 0 ? {} : { given: [...givens] }),
    ...(prefixes.length === 0 ? {} : { prefix: [...prefixes] }),
    ...(suffixes.length === 0 ? {} : { suffix: [...suffixes] }),
  };
}

function used<Use>(
  uses: Readonly<Record<string, Use>>,
  code: string | null,
): { readonly use?: Use } {
  const use = uses[code ?? ''];
  return use === undefined ? {} : { use };
}

export function fhirGender(code: string): Pick<Patient, 'gender'> {
  const gender = GENDERS[code];
  return gender === undefined ? {} : { gender };
}

/** `YYYY-MM-DD` of a time or a day. */
export function isoDay(time: string): string {
  return time.slice(0, 8).replace(/^(....)(..)(..)$/, '$1-$2-$3');
}

const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** A number with the digits that it was written with, a zero before a leading point; null when it is none [EPS-FHIR 4.5]. */
export function fhirDecimal(text: string): JsonNumber | null {
  const digits = text.trim().replace(/^\./, '0.');
  if (DECIMAL.test(digits)) return exact(digits);
  const value = digits === '' ? Number.NaN : Number(digits);
  return Number.isFinite(value) ? value : null;
}

function exact(digits: string): JsonNumber {
  const value = Number(digits);
  return String(value) === digits ? value : JSON.rawJSON(digits);
}
