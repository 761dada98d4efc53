import type { Address, ContactPoint, HumanName } from 'fhir/r4';

import { parseInstant } from '../../kernel/instant.ts';
import type * as hl7 from '../hl7v3/order-document.ts';
import { hl7Time, readTime } from '../hl7v3/time.ts';
import { invalidValue } from './rules.ts';
import type { Translation } from './translation.ts';

export const TELECOM_USES: Readonly<Record<string, string>> = {
  home: 'HP',
  work: 'WP',
  temp: 'HV',
  mobile: 'MC',
};
export const ADDRESS_USES: Readonly<Record<string, string>> = {
  home: 'H',
  work: 'WP',
  temp: 'TMP',
  billing: 'PST',
};
export const NAME_USES: Readonly<Record<string, string>> = {
  usual: 'L',
  official: 'L',
  temp: 'A',
  anonymous: 'A',
  nickname: 'PREFERRED',
  old: 'PREVIOUS',
  maiden: 'PREVIOUS-MAIDEN',
};
export const GENDERS: Readonly<Record<string, string>> = {
  male: '1',
  female: '2',
  other: '9',
  unknown: '0',
};

/** A use as HL7 V3 has it; null when none is told [EPS-SIGNATURE 2.5]. */
function useOf(
  to: Translation,
  what: string,
  uses: Readonly<Record<string, string>>,
  use: string | undefined,
  path: string,
): string | null {
  if (use === undefined) return null;
  const known = uses[use];
  if (known === undefined) {
    to.refuse(invalidValue(`Unhandled ${what} use '${use}'.`, `${path}.use`));
  }
  return known ?? null;
}

export function telecomOf(to: Translation, telecom: ContactPoint, path: string): hl7.Telecom {
  const number = (telecom.value ?? '').replaceAll(/\s/g, '');
  return {
    use: useOf(to, 'telecom', TELECOM_USES, telecom.use, path),
    value: number.startsWith('tel:') ? number : `tel:${number}`,
  };
}

export function addressOf(to: Translation, address: Address, path: string): hl7.Address {
  const { line = [], city, district, state, postalCode } = address;
  return {
    use: useOf(to, 'address', ADDRESS_USES, address.use, path),
    lines: [...line, city, district, state].flatMap((one) =>
      one === undefined || one === '' ? [] : [one],
    ),
    postcode: postalCode ?? null,
  };
}

export function nameOf(to: Translation, name: HumanName, path: string): hl7.PersonName {
  const { prefix = [], given = [], family, suffix = [], text } = name;
  const hasParts = prefix.length + given.length + suffix.length > 0 || family !== undefined;
  return {
    use: useOf(to, 'name', NAME_USES, name.use, path),
    prefixes: prefix,
    givens: given,
    family: family ?? null,
    suffixes: suffix,
    text: hasParts ? null : (text ?? null),
  };
}

export function genderOf(to: Translation, gender: string, path: string): string {
  const code = GENDERS[gender];
  if (code === undefined) to.refuse(invalidValue(`Unhandled gender '${gender}'.`, path));
  return code ?? '';
}

/** `YYYYMMDDHHmmss` in UTC; a day is its first moment. */
export function timeOf(to: Translation, text: string, path: string): string {
  const instant = parseInstant(text);
  if (instant === null) {
    to.refuse(invalidValue(`Incorrect format for date time string '${text}'.`, path));
  }
  return instant === null ? '' : hl7Time(instant);
}

/** `YYYYMMDD`. */
export function dayOf(to: Translation, text: string, path: string): string {
  const instant = parseInstant(text);
  if (instant === null) {
    to.refuse(invalidValue(`Incorrect format for date string '${text}'.`, path));
  }
  return instant === null ? '' : hl7Time(instant).slice(0, 8);
}

/** The same moment as FHIR writes it; what is no time stays as it is. */
export function isoTime(time: string): string {
  return readTime(time)?.replace(/\.\d+Z$/, '+00:00') ?? time;
}

const GUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** HL7 V3 writes GUIDs in upper case, and whatever has one in it [EPS-SIGNATURE 2.5]. */
export function idText(value: string): string {
  return GUID.test(value) ? value.toUpperCase() : value;
}
