/** FHIR's primitive types: the JSON form and the pattern of each [FHIR-R4 datatypes]. */
import { decimalText, isJsonNumber } from '../json.ts';

export type Fault = { readonly id: string; readonly text: string };
type Check = (value: unknown) => Fault | null;

const STRING_MAX = 1024 * 1024; // characters [FHIR-R4 datatypes: string]

const YEAR = '(?:[0-9](?:[0-9](?:[0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)';
const MONTH = '(?:0[1-9]|1[0-2])';
const DAY = '(?:0[1-9]|[12][0-9]|3[01])';
const TIME = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?';
const ZONE = '(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))';

const DATE = new RegExp(`^${YEAR}(?:-${MONTH}(?:-${DAY})?)?$`);
const DATE_TIME = new RegExp(`^${YEAR}(?:-${MONTH}(?:-${DAY}(?:T${TIME}${ZONE})?)?)?$`);
const INSTANT = new RegExp(`^${YEAR}-${MONTH}-${DAY}T${TIME}${ZONE}$`);
const INTEGER = /^(?:0|-?[1-9][0-9]{0,9})$/; // no -0: it would keep its text, and count as no number
const BASE64 = /^[0-9A-Za-z+/]+={0,2}$/;

const NOT_STRING = fault(
  'Error_parsing_JSON_the_primitive_value_must_be_a_string',
  'Error parsing JSON: the primitive value must be a string',
);
const NOT_NUMBER = fault(
  'Error_parsing_JSON_the_primitive_value_must_be_a_number',
  'Error parsing JSON: the primitive value must be a number',
);
const NOT_BOOLEAN = fault(
  'Error_parsing_JSON_the_primitive_value_must_be_a_boolean',
  'Error parsing JSON: the primitive value must be a boolean',
);
const EMPTY = fault('Type_Specific_Checks_DT_Primitive_NotEmpty', '@value cannot be empty');
const TOO_LONG = fault(
  'Type_Specific_Checks_DT_String_Length',
  'value is longer than permitted maximum length of 1 MB (1048576 bytes)',
);

export const PRIMITIVES: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['string', text],
  ['markdown', text],
  ['code', pattern(/^\S+(?: \S+)*$/, 'Code_WS', 'The code is not valid (whitespace rules)')],
  ['id', pattern(/^[A-Za-z0-9.-]{1,64}$/, 'ID_Valid', 'id value is not valid')],
  ['uri', uri()],
  ['url', uri()],
  ['canonical', uri()],
  ['uuid', pattern(/^urn:uuid:[0-9a-f-]{36}$/i, 'UUID_Valid', 'UUIDs must be valid')],
  ['oid', pattern(/^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/, 'OID_Valid', 'OIDs must be valid')],
  ['date', dated(DATE, 'Date_Valid', 'Not a valid date')],
  ['dateTime', dated(DATE_TIME, 'DateTime_Valid', 'Not a valid date/time')],
  ['instant', dated(INSTANT, 'Instant_Valid', 'Not a valid instant')],
  ['time', pattern(new RegExp(`^${TIME}$`), 'Time_Valid', 'Not a valid time')],
  ['base64Binary', base64],
  ['boolean', (value) => (typeof value === 'boolean' ? null : NOT_BOOLEAN)],
  ['decimal', (value) => (isJsonNumber(value) ? null : NOT_NUMBER)],
  ['integer', integer(-2_147_483_648)],
  ['unsignedInt', integer(0)],
  ['positiveInt', integer(1)],
  ['xhtml', pattern(/^\s*<div[\s>]/, 'Primitive_NotEmpty', 'div is not an XHTML div element')],
]);

function fault(id: string, words: string): Fault {
  return { id, text: words };
}

function specific(id: string, words: string): Fault {
  return fault(`Type_Specific_Checks_DT_${id}`, words);
}

function text(value: unknown): Fault | null {
  if (typeof value !== 'string') return NOT_STRING;
  if (value.length > STRING_MAX) return TOO_LONG;
  return /\S/.test(value) ? null : EMPTY;
}

function pattern(allowed: RegExp, id: string, words: string): Check {
  const wrong = specific(id, words);
  return (value) => {
    if (typeof value !== 'string') return NOT_STRING;
    if (value === '') return EMPTY;
    return value.length <= STRING_MAX && allowed.test(value) ? null : wrong;
  };
}

function uri(): Check {
  return pattern(/^\S+$/, 'URI_WS', 'URI values cannot have whitespace');
}

/** The pattern lets 31 February pass; the calendar does not. */
function dated(allowed: RegExp, id: string, words: string): Check {
  const check = pattern(allowed, id, words);
  const wrong = specific(id, words);
  return (value) => {
    const found = check(value);
    if (found !== null || typeof value !== 'string' || value.length < 10) return found;
    const day = Number(value.slice(8, 10));
    if (day <= 28) return null;
    return day <= daysIn(Number(value.slice(0, 4)), Number(value.slice(5, 7))) ? null : wrong;
  };
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
}

function base64(value: unknown): Fault | null {
  if (typeof value !== 'string') return NOT_STRING;
  if (value === '') return EMPTY;
  // FHIR's own pattern allows blanks between the groups, and takes exponential time on them.
  const packed = /\s/.test(value) ? value.replace(/\s+/g, '') : value;
  if (packed.length % 4 === 0 && BASE64.test(packed)) return null;
  return specific('Base64_Valid', 'The value is not a valid Base64 value');
}

function integer(min: number): Check {
  return (value) => {
    if (!isJsonNumber(value)) return NOT_NUMBER;
    const number = Number(decimalText(value));
    if (!INTEGER.test(decimalText(value)) || number > 2_147_483_647 || number < -2_147_483_648) {
      return specific('Integer_Valid', 'The value is not a valid integer');
    }
    if (number >= min) return null;
    return specific('Integer_LT', `value is less than minimum value of ${min}`);
  };
}
