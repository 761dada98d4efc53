import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import { firstFault, isOneOf } from '../fields/members.ts';
import { at, isMap, type Json, type JsonMap, textAt } from '../json.ts';
import { invalidValue, missingValue, type Refusal, tooFew, tooMany } from '../outcome.ts';
import { pythonText } from '../python.ts';

/** The resources of a notification of a birth, in their order [PDS 7.2]. */
const TYPES = [
  'Patient',
  'Observation',
  'Observation',
  'Observation',
  'Observation',
  'Observation',
  'RelatedPerson',
  'Patient',
  'Organization',
  'Location',
  'CareTeam',
  'Practitioner',
] as const;
const PLACES = {
  baby: 0,
  weight: 1,
  stillbirth: 2,
  gestation: 3,
  foetuses: 4,
  abnormality: 5,
  mother: 7,
} as const;

/** What stands before the names of the baby's fields. */
export const BABY = `entry/${PLACES.baby}/resource/`;

type Step = string | number;

function valueAt(bundle: Json, place: number, steps: readonly Step[]): Json | undefined {
  return at(bundle, 'entry', place, 'resource', ...steps);
}

function fieldOf(place: number, steps: readonly Step[]): string {
  return ['entry', place, 'resource', ...steps].join('/');
}

/** The first thing that is wrong with the entries as such [PDS 7.2]. */
export function entriesFault(bundle: Json): Refusal | null {
  const entries = at(bundle, 'entry');
  if (entries === undefined) return missingValue('entry');
  if (!Array.isArray(entries)) return invalidValue(pythonText(entries), 'entry');
  if (entries.length < TYPES.length) return tooFew(entries, 'entry');
  if (entries.length > TYPES.length) return tooMany(entries, 'entry');
  return firstFault(entries.map(entryFault));
}

const FULL_URL = /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function entryFault(entry: Json, place: number): Refusal | null {
  const type = TYPES[place] ?? '';
  return firstFault([
    textFault(entry, ['fullUrl'], place, (text) => FULL_URL.test(text)),
    textFault(entry, ['request', 'method'], place, (text) => text === 'POST'),
    textFault(entry, ['request', 'url'], place, (text) => text.replace(/^\//, '') === type),
    textFault(entry, ['resource', 'resourceType'], place, (text) => text === type),
  ]);
}

function textFault(
  entry: Json,
  steps: readonly string[],
  place: number,
  holds: (text: string) => boolean,
): Refusal | null {
  const value = at(entry, ...steps);
  const field = `entry/${place}/${steps.join('/')}`;
  if (value === undefined) return missingValue(field);
  return typeof value === 'string' && holds(value) ? null : invalidValue(pythonText(value), field);
}

/** The resource of the baby. */
export function babyOf(bundle: Json): JsonMap {
  const baby = valueAt(bundle, PLACES.baby, []);
  return isMap(baby) ? baby : {};
}

type Limits = { readonly least: number; readonly most: number };

const WEIGHT_G: Limits = { least: 1000, most: 9999 }; // [PDS 7.2]
const GESTATION_WEEKS: Limits = { least: 1, most: 99 };
const FOETUSES: Limits = { least: 1, most: 9 }; // as many as the order of a birth counts [PDS 4.1]
const STILLBIRTHS = ['1', '2', '3', '4']; // live, antepartum, intrapartum, postpartum [PDS 7.2]
const [LIVE] = STILLBIRTHS;
const CODE = ['valueCodeableConcept', 'coding', 0, 'code'];
const NUMBER = ['identifier', 0, 'value'];

/** The first thing that is wrong with what is told of the birth and the mother [PDS 7.2]. */
export function circumstancesFault(bundle: Json): Refusal | null {
  const { weight, stillbirth, gestation, foetuses, abnormality, mother } = PLACES;
  const quantity = ['valueQuantity', 'value'];
  const number = (place: number, steps: readonly Step[], { least, most }: Limits) =>
    fault(bundle, place, steps, (value) => isWithin(value, least, most));
  return firstFault([
    number(weight, quantity, WEIGHT_G),
    fault(bundle, stillbirth, CODE, (code) => isOneOf(STILLBIRTHS, code)),
    number(gestation, quantity, GESTATION_WEEKS),
    number(foetuses, ['valueInteger'], FOETUSES),
    fault(bundle, abnormality, CODE, (code) => typeof code === 'string'),
    fault(bundle, mother, NUMBER, (value) => typeof value === 'string' && isNhsNumber(value)),
  ]);
}

function isWithin(value: Json, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

function isNhsNumber(text: string): boolean {
  return parseNhsNumber(text) !== null;
}

function fault(
  bundle: Json,
  place: number,
  steps: readonly Step[],
  holds: (value: Json) => boolean,
): Refusal | null {
  const value = valueAt(bundle, place, steps);
  if (value === undefined || value === '') return missingValue(fieldOf(place, steps));
  return holds(value) ? null : invalidValue(pythonText(value), fieldOf(place, steps));
}

/** Of a notification in which nothing is wrong. */
export function isLive(bundle: Json): boolean {
  return textAt(valueAt(bundle, PLACES.stillbirth, CODE)) === LIVE;
}

/** NHS number of the mother. */
export function motherOf(bundle: Json): string {
  return textAt(valueAt(bundle, PLACES.mother, NUMBER));
}
