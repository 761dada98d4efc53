import { URLS } from '../codes.ts';
import { type Json, type JsonMap, mapsAt, textAt } from '../json.ts';
import {
  invalidUpdate,
  invalidValue,
  missingValue,
  type Refusal,
  unsupportedCharacters,
} from '../outcome.ts';
import { pythonText } from '../python.ts';
import { firstFault, isOneOf, unknownMember } from './members.ts';
import { periodFault } from './period.ts';

const SYSTEMS = ['phone', 'fax', 'email', 'other'];
const USES = ['home', 'work', 'temp', 'mobile'];
const MEMBERS = ['id', 'period', 'system', 'value', 'use', 'extension'];
const EMAIL = /^[^\s@<>()[\],;:\\"]+@[^\s@<>()[\],;:\\"]+\.[^\s@.<>()[\],;:\\"]+$/;
const EMAIL_LEAST = 7; // letters: more than 6 and fewer than 90 [PDS 6.2]
const EMAIL_MOST = 89;
const VALUE_MAX = 100;

export const EMAIL_INVALID = 'email format is invalid';

export function isEmail(value: string): boolean {
  return value.length >= EMAIL_LEAST && value.length <= EMAIL_MOST && EMAIL.test(value);
}

/** What is wrong with a way to reach somebody [PDS 4.4]. */
export function telecomFault(point: JsonMap, field: string, today: string): Refusal | null {
  const extra = unknownMember(point, MEMBERS);
  if (extra !== null) return extra;
  const { system, use } = point;
  if (use === undefined) return missingValue(`${field}/use`);
  if (!isOneOf(USES, use)) return invalidValue(pythonText(use), `${field}/use`);
  return firstFault([
    valueFault(point, field, SYSTEMS),
    system === 'other' ? null : noneExpected(point, field),
    periodFault(point['period'], `${field}/period`, today),
  ]);
}

function noneExpected(point: JsonMap, field: string): Refusal | null {
  const { extension } = point;
  return extension === undefined || (Array.isArray(extension) && extension.length === 0)
    ? null
    : invalidValue(pythonText(extension), `${field}/extension`);
}

function valueFault(point: JsonMap, field: string, systems: readonly string[]): Refusal | null {
  const { system, value } = point;
  if (system === undefined) return missingValue(`${field}/system`);
  if (!isOneOf(systems, system)) return invalidValue(pythonText(system), `${field}/system`);
  if (value === undefined || value === '') return missingValue(`${field}/value`);
  if (typeof value !== 'string' || value.length > VALUE_MAX) {
    return invalidValue(pythonText(value), `${field}/value`);
  }
  const fault = unsupportedCharacters(value, `${field}/value`);
  if (fault !== null) return fault;
  if (system === 'email' && !isEmail(value)) return invalidUpdate(EMAIL_INVALID);
  if (system !== 'other') return null;
  const code = textAt(point, 'extension', 0, 'valueCoding', 'code');
  return textAt(point, 'extension', 0, 'url') === URLS.otherContact && code === 'textphone'
    ? null
    : missingValue(`${field}/extension/0/valueCoding/code`);
}

/** What is wrong with somebody to call in an emergency [PDS 4.1, 6.2]. */
export function contactFault(contact: JsonMap, field: string, today: string): Refusal | null {
  const extra = unknownMember(contact, ['id', 'period', 'relationship', 'telecom']);
  if (extra !== null) return extra;
  const code = textAt(contact, 'relationship', 0, 'coding', 0, 'code');
  if (code !== 'C') return invalidValue(code, `${field}/relationship/0/coding/0/code`);
  const points = mapsAt(contact, 'telecom');
  if (points.length === 0) return missingValue(`${field}/telecom`);
  return firstFault([
    ...points.map((point, place) => pointFault(point, `${field}/telecom/${place}`)),
    periodFault(contact['period'], `${field}/period`, today),
  ]);
}

function pointFault(point: JsonMap, field: string): Refusal | null {
  const extra = unknownMember(point, ['id', 'system', 'value', 'extension']);
  return extra ?? valueFault(point, field, ['phone', 'email', 'other']);
}

/** One item of each. */
export function kindOf(point: Json): string {
  return `${textAt(point, 'system')} ${textAt(point, 'use')}`;
}
