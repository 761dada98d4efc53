import { isPseudoPostcode, LINES, placedLines } from '../address.ts';
import { TEMPORARY_PLACES, URLS } from '../codes.ts';
import { at, type Json, type JsonMap, mapsAt, textAt } from '../json.ts';
import {
  invalidUpdate,
  invalidValue,
  missingValue,
  type Refusal,
  tooMany,
  unsupportedCharacters,
} from '../outcome.ts';
import { pythonText } from '../python.ts';
import { firstFault, isOneOf, unknownMember } from './members.ts';
import { periodFault } from './period.ts';

const MEMBERS = ['id', 'use', 'period', 'text', 'line', '_line', 'postalCode', 'extension'];
const USES = ['home', 'temp', 'billing'];
const KEY_SHAPES: Readonly<Record<string, RegExp>> = { PAF: /^[0-9]{8}$/, UPRN: /^[0-9]{1,12}$/ };
const LINE_MAX = 35; // letters a line
const POSTCODE = /^[A-Z0-9]{1,4} ?[A-Z0-9]{1,4}$/i;

export const LINES_INCOMPLETE = 'address lines 1 and 4 or 2 and 4 must be completed as a minimum';

/** What is wrong with an address but for the least that its lines must say [PDS 4.3, 6.2]. */
export function addressFault(address: JsonMap, field: string, today: string): Refusal | null {
  const extra = unknownMember(address, MEMBERS);
  if (extra !== null) return extra;
  const { use, postalCode, text } = address;
  if (use === undefined) return missingValue(`${field}/use`);
  if (!isOneOf([...USES, 'work'], use)) return invalidValue(pythonText(use), `${field}/use`);
  return firstFault([
    linesFault(address['line'], `${field}/line`),
    postalCode === undefined || (typeof postalCode === 'string' && POSTCODE.test(postalCode))
      ? null
      : invalidValue(pythonText(postalCode), `${field}/postalCode`),
    temporaryFault(address, use, text, field),
    keysFault(address, `${field}/extension`),
    periodFault(address['period'], `${field}/period`, today),
  ]);
}

function linesFault(lines: Json | undefined, field: string): Refusal | null {
  if (lines === undefined) return null;
  if (!Array.isArray(lines)) return invalidValue(pythonText(lines), field);
  if (lines.length > LINES) return tooMany(lines, field);
  const isLine = (line: Json): boolean =>
    line === null || (typeof line === 'string' && line.length <= LINE_MAX);
  const wrong = lines.find((line) => !isLine(line));
  if (wrong !== undefined) return invalidValue(pythonText(wrong), field);
  return firstFault(
    lines.map((line, place) => unsupportedCharacters(pythonText(line), `${field}/${place}`)),
  );
}

function temporaryFault(
  address: JsonMap,
  use: Json,
  text: Json | undefined,
  field: string,
): Refusal | null {
  if (use === 'temp' && text === undefined) return missingValue(`${field}/text`);
  if (text !== undefined && (use !== 'temp' || !isOneOf(TEMPORARY_PLACES, text))) {
    return invalidValue(pythonText(text), `${field}/text`);
  }
  if (use !== 'temp' && use !== 'billing') return null;
  const missing = ['start', 'end'].find((name) => at(address, 'period', name) === undefined);
  return missing === undefined ? null : missingValue(`${field}/period/${missing}`);
}

function keysFault(address: JsonMap, field: string): Refusal | null {
  const seen = new Set<string>();
  for (const [place, key] of mapsAt(address, 'extension').entries()) {
    const type = keyPart(key, 'type', 'valueCoding', 'code');
    const value = keyPart(key, 'value', 'valueString');
    const shape = KEY_SHAPES[type];
    if (textAt(key, 'url') !== URLS.addressKey || shape === undefined || seen.has(type)) {
      return invalidValue(type, `${field}/${place}/extension/0/valueCoding/code`);
    }
    if (!shape.test(value)) return invalidValue(value, `${field}/${place}/extension/1/valueString`);
    seen.add(type);
  }
  return null;
}

function keyPart(key: Json, url: string, ...steps: readonly string[]): string {
  return textAt(
    mapsAt(key, 'extension').find((part) => part['url'] === url),
    ...steps,
  );
}

/** Whether it says enough of where it is: premises or street, and post town; a key or no place at all will do [PDS 4.3]. */
export function saysWhere(address: JsonMap): boolean {
  const [premises, street, , town] = placedLines(address);
  const postcode = textAt(address, 'postalCode');
  const isKeyed =
    postcode !== '' &&
    mapsAt(address, 'extension').some(
      (key) => keyPart(key, 'type', 'valueCoding', 'code') === 'PAF',
    );
  return (
    isKeyed || isPseudoPostcode(postcode) || ((premises !== '' || street !== '') && town !== '')
  );
}

/** The use of an address that may be added [PDS 4.3]. */
export function isAddable(address: JsonMap): boolean {
  return isOneOf(USES, address['use']);
}

export function linesFaultOfUpdate(address: JsonMap): Refusal | null {
  return saysWhere(address) ? null : invalidUpdate(LINES_INCOMPLETE);
}

const ORDER = ['home', 'temp', 'billing', 'work'];

/** As they stand in every answer [PDS 6.1]. */
export function inOrder(addresses: readonly JsonMap[]): JsonMap[] {
  const place = (address: JsonMap): number => ORDER.indexOf(textAt(address, 'use'));
  return addresses.toSorted((one, other) => place(one) - place(other));
}
