import { DEATH_STATUSES, NOMINATION_URLS, URLS } from '../codes.ts';
import { at, isMap, type Json, type JsonMap, mapsAt, textAt } from '../json.ts';
import {
  forbiddenUpdate,
  invalidUpdate,
  invalidValue,
  missingValue,
  type Refusal,
  unsupportedCharacters,
} from '../outcome.ts';
import { pythonText } from '../python.ts';
import { firstFault, isOneOf, unknownMember } from './members.ts';

/** Read, never written, by users of the interface. */
const READ_ONLY: readonly string[] = [URLS.removal, URLS.consent, URLS.ethnicity];

export const ODS_CODE = /^[A-Za-z0-9]{3,10}$/; // [PDS 4.5]

/** What is wrong with an extension that was added or changed [PDS 4.5, 6.2]. */
export function extensionFault(extension: JsonMap, field: string): Refusal | null {
  const url = textAt(extension, 'url');
  if (NOMINATION_URLS.includes(url)) return nominationFault(extension, field);
  if (READ_ONLY.includes(url)) return forbiddenUpdate(`source not permitted to update '${url}'`);
  switch (url) {
    case URLS.death:
      return deathFault(extension, field);
    case URLS.communication:
      return communicationFault(extension, field);
    case URLS.preference:
      return preferenceFault(extension, field);
    case URLS.birthPlace:
      return birthPlaceFault(extension, field);
    default:
      return invalidValue(url, `${field}/url`);
  }
}

function nominationFault(extension: JsonMap, field: string): Refusal | null {
  const extra = unknownMember(extension, ['url', 'valueReference']);
  if (extra !== null) return extra;
  const identifier = at(extension, 'valueReference', 'identifier');
  const place = `${field}/valueReference/identifier`;
  if (!isMap(identifier)) return missingValue(place);
  const unknown = unknownMember(identifier, ['system', 'value']);
  if (unknown !== null) return unknown;
  const code = identifier['value'];
  if (code === undefined || code === '') return missingValue(`${place}/value`);
  return typeof code === 'string' && ODS_CODE.test(code)
    ? null
    : invalidValue(pythonText(code), `${place}/value`);
}

function partOf(extension: Json, url: string): JsonMap | undefined {
  return mapsAt(extension, 'extension').find((part) => part['url'] === url);
}

/** The code of a part of an extension; empty when there is none. */
export function codeOf(extension: Json | undefined, url: string): string {
  if (extension === undefined) return '';
  return textAt(partOf(extension, url), 'valueCodeableConcept', 'coding', 0, 'code');
}

export function deathStatusOf(extension: Json | undefined): string {
  return codeOf(extension, 'deathNotificationStatus');
}

function deathFault(extension: JsonMap, field: string): Refusal | null {
  const code = deathStatusOf(extension);
  const place = `${field}/extension/0/valueCodeableConcept/coding/0/code`;
  if (code === '') return missingValue(place);
  if (code === 'U') {
    return {
      code: 'UNSUPPORTED_VALUE',
      diagnostics: `Unsupported value - 'U' in field '${place}'`,
    };
  }
  if (DEATH_STATUSES[code] === undefined) return invalidValue(code, place);
  return code === '2' ? forbiddenUpdate('source not permitted to record a formal death') : null;
}

const LANGUAGE = /^([a-z]{2}|q[1-5])$/; // ISO 639-1, or a way to talk that has no code there [PDS 4.5]

function communicationFault(extension: JsonMap, field: string): Refusal | null {
  const parts = mapsAt(extension, 'extension');
  const blank = parts.findIndex((part) => textAt(part, 'url') === '');
  if (blank > 0) return invalidUpdate('interpreterRequired cannot be removed');
  const code = codeOf(extension, 'language');
  const place = `${field}/extension/0/valueCodeableConcept/coding/0/code`;
  if (code === '') return missingValue(place);
  if (code === 'en' || !LANGUAGE.test(code)) return invalidValue(code, place);
  const interpreter = partOf(extension, 'interpreterRequired');
  if (interpreter === undefined || typeof interpreter['valueBoolean'] === 'boolean') return null;
  return invalidValue(pythonText(interpreter['valueBoolean']), `${field}/extension/1/valueBoolean`);
}

const FORMATS = ['11', '12', '13'];
const METHODS = ['1', '2', '3', '4', '5', '6', '7', '8'];
const TIMES_MAX = 40; // letters [PDS 4.5]

function preferenceFault(extension: JsonMap, field: string): Refusal | null {
  const format = codeOf(extension, 'PreferredWrittenCommunicationFormat');
  const method = codeOf(extension, 'PreferredContactMethod');
  const times = partOf(extension, 'PreferredContactTimes');
  if (format !== '' && !isOneOf(FORMATS, format)) return invalidValue(format, field);
  if (method !== '' && !isOneOf(METHODS, method)) return invalidValue(method, field);
  if (times === undefined) {
    return format === '' && method === '' ? missingValue(`${field}/extension`) : null;
  }
  if (method === '') return invalidUpdate('PreferredContactTimes needs a PreferredContactMethod');
  const text = textAt(times, 'valueString');
  const isShort = text !== '' && text.length <= TIMES_MAX;
  return isShort ? unsupportedCharacters(text, field) : invalidValue(text, field);
}

// ISO 3166 alpha-3, and parts of the British Isles [PDS 4.5].
const COUNTRY = /^([A-Z]{3}|[12347]|9|10)$/;

function birthPlaceFault(extension: JsonMap, field: string): Refusal | null {
  const place = at(extension, 'valueAddress');
  const where = `${field}/valueAddress`;
  if (!isMap(place) || Object.keys(place).length === 0) return missingValue(where);
  const extra = unknownMember(place, ['city', 'district', 'country']);
  if (extra !== null) return extra;
  return firstFault([
    townFault(place['city'], `${where}/city`),
    townFault(place['district'], `${where}/district`),
    countryFault(place['country'], `${where}/country`),
  ]);
}

function townFault(town: Json | undefined, field: string): Refusal | null {
  if (town === undefined) return null;
  return typeof town === 'string'
    ? unsupportedCharacters(town, field)
    : invalidValue(pythonText(town), field);
}

function countryFault(country: Json | undefined, field: string): Refusal | null {
  const isKnown = typeof country === 'string' && COUNTRY.test(country);
  return country === undefined || isKnown ? null : invalidValue(pythonText(country), field);
}
