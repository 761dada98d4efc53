import { at, isMap, isSame, type Json } from '../../src/demographics/json.ts';

/** What a patient may hold at its top: nothing else [PDS 4]. */
const PATIENT = [
  'resourceType',
  'id',
  'identifier',
  'meta',
  'name',
  'gender',
  'birthDate',
  'address',
  'multipleBirthInteger',
  'deceasedDateTime',
  'telecom',
  'contact',
  'generalPractitioner',
  'managingOrganization',
  'extension',
];
const SENSITIVE = ['address', 'telecom', 'contact', 'generalPractitioner'];

const isList = (value: Json | undefined): value is Json[] => Array.isArray(value);

function isPatient(value: Json | undefined): boolean {
  return (
    isMap(value) &&
    value['resourceType'] === 'Patient' &&
    Object.keys(value).every((name) => PATIENT.includes(name)) &&
    /^\d{10}$/.test(textOf(value['id'])) &&
    /^[1-9]\d*$/.test(textOf(at(value, 'meta', 'versionId'))) &&
    at(value, 'identifier', 0, 'value') === value['id'] &&
    Object.values(value).every((one) => !isList(one) || one.length > 0)
  );
}

function isSet(value: Json | undefined, isEntry: (resource: Json | undefined) => boolean): boolean {
  if (!isMap(value)) return false;
  const { resourceType, type, timestamp, total, entry, ...others } = value;
  const entries = isList(entry) ? entry : [];
  return (
    resourceType === 'Bundle' &&
    type === 'searchset' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+]00:00$/.test(textOf(timestamp)) &&
    total === entries.length &&
    (entry === undefined || entries.length > 0) &&
    Object.keys(others).every((name) => name === 'meta') &&
    entries.every((one) => typeof at(one, 'fullUrl') === 'string' && isEntry(at(one, 'resource')))
  );
}

function isScored(value: Json | undefined): boolean {
  const entries = at(value, 'entry');
  return (isList(entries) ? entries : []).every((one) => {
    const score = at(one, 'search', 'score');
    return typeof score === 'number' && score > 0 && score <= 1;
  });
}

const SHAPES: Readonly<Record<string, (value: Json | undefined) => boolean>> = {
  patient: isPatient,
  searchset: (value) =>
    isSet(value, isPatient) && isScored(value) && at(value, 'entry') !== undefined,
  sensitiveSearchset: (value) =>
    isScored(value) &&
    isSet(value, (one) => isPatient(one) && SENSITIVE.every((name) => at(one, name) === undefined)),
  none: (value) => isSet(value, () => false) && at(value, 'entry') === undefined,
  relatedSet: (value) => isSet(value, (one) => at(one, 'resourceType') === 'RelatedPerson'),
  coverageSet: (value) =>
    isSet(value, (one) => at(one, 'resourceType') === 'Coverage') &&
    /^\d+$/.test(textOf(at(value, 'meta', 'versionId'))),
};

/** A text as it is, anything else as JSON. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** Whether a value is as it is expected: the same, or as a pattern `~…` says [corpus/pds/README]. */
export function fits(value: Json | undefined, expected: Json): boolean {
  if (typeof expected === 'string' && expected.startsWith('~')) return fitsPattern(value, expected);
  if (isList(expected)) {
    return (
      isList(value) &&
      value.length === expected.length &&
      expected.every((one, place) => fits(value[place], one))
    );
  }
  if (!isMap(expected)) return isSame(value, expected);
  if (!isMap(value)) return false;
  const names = new Set([...Object.keys(value), ...Object.keys(expected)]);
  return [...names].every((name) => {
    const wanted = expected[name];
    return wanted !== undefined && fits(value[name], wanted);
  });
}

/** Whether it holds at least what is expected; of a list, in its places. */
export function holds(value: Json | undefined, expected: Json): boolean {
  if (isList(expected)) return expected.every((one, place) => holds(at(value, place), one));
  if (!isMap(expected)) return fits(value, expected);
  return Object.entries(expected).every(([name, one]) => holds(at(value, name), one));
}

function fitsPattern(value: Json | undefined, pattern: string): boolean {
  const isOptional = pattern.endsWith('?') && !pattern.startsWith('~re:');
  const name = isOptional ? pattern.slice(1, -1) : pattern.slice(1);
  if (isOptional && value === undefined) return true;
  if (name.startsWith('re:')) {
    return typeof value === 'string' && new RegExp(`^(?:${name.slice(3)})$`, 'u').test(value);
  }
  if (name.startsWith('shape:')) {
    const shape = SHAPES[name.slice('shape:'.length)];
    if (shape === undefined) throw new Error(`no shape ${name}`);
    return shape(value);
  }
  switch (name) {
    case 'absent':
      return value === undefined;
    case 'string':
      return typeof value === 'string' && value !== '';
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return isList(value);
    case 'object':
      return isMap(value);
    case 'nhs':
      return typeof value === 'string' && /^\d{10}$/.test(value);
    case 'present':
      return value !== undefined;
    default:
      throw new Error(`no pattern ~${name}`);
  }
}
