import { parseLondonDate } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { storedAddress } from '../address.ts';
import { GENDERS, URLS } from '../codes.ts';
import { addressFault, inOrder, LINES_INCOMPLETE, saysWhere } from '../fields/address.ts';
import { codeOf, extensionFault } from '../fields/extension.ts';
import { firstFault, isOneOf, unknownMember } from '../fields/members.ts';
import { nameFault, normalName } from '../fields/name.ts';
import { withStart } from '../fields/period.ts';
import { EMAIL_INVALID, isEmail, telecomFault } from '../fields/telecom.ts';
import { at, isMap, type Json, type JsonMap, listAt, mapsAt, textAt } from '../json.ts';
import { invalidValue, missingValue, type Refusal, tooFew, tooMany } from '../outcome.ts';
import { pythonText } from '../python.ts';

/** How a new patient is sent [PDS 7]. */
export type Form = {
  /** What stands before the names of its fields. */
  readonly place: string;
  /** What it may hold; null: anything else is dropped. */
  readonly members: readonly string[] | null;
  /** Extensions that are kept; the rest of what may be sent is accepted and dropped. */
  readonly keptUrls: readonly string[];
  /** Whether an address must say since when it is one. */
  readonly hasDatedAddress: boolean;
};

/** As the body of POST Patient [PDS 7.1]. */
export const PLAIN: Form = {
  place: '',
  members: ['resourceType', 'name', 'gender', 'birthDate', 'address', 'extension', 'telecom'],
  keptUrls: [URLS.communication, URLS.preference],
  hasDatedAddress: true,
};

const DROPPED_URLS: readonly string[] = [
  URLS.registeringAuthority,
  URLS.birthPlace,
  URLS.birthSex,
  URLS.donor,
  URLS.death,
  URLS.ethnicity,
  URLS.residence,
  URLS.interpreter,
  URLS.numberUnavailable,
];
const REQUIRED = ['name', 'address', 'gender', 'birthDate'] as const;
const SETTABLE_GENDERS = GENDERS.filter((gender) => gender !== 'other');

export type NewPatient = {
  readonly form: Form;
  readonly today: string;
  readonly nextId: () => string;
};

/** Reads a new patient; the first thing that is wrong is the answer, in the order of the contract [PDS 7.1]. */
export function readNewPatient(body: JsonMap, parts: NewPatient): Result<JsonMap, Refusal> {
  const { form, today, nextId } = parts;
  const fault = createFault(body, form, today);
  if (fault !== null) return fail(fault);
  const addresses = mapsAt(body, 'address').map((one) =>
    withStart(storedAddress(one, undefined), today),
  );
  const telecom = mapsAt(body, 'telecom').map((one) => withStart(one, today));
  const extension = mapsAt(body, 'extension').filter(({ url }) => isOneOf(form.keptUrls, url));
  const names = mapsAt(body, 'name').map((one) => withStart(normalName(one), today));
  const withId = (one: JsonMap): JsonMap => ({ ...one, id: nextId() });
  return ok({
    resourceType: 'Patient',
    name: names.map(withId),
    gender: at(body, 'gender') ?? null,
    birthDate: at(body, 'birthDate') ?? null,
    address: inOrder(addresses).map(withId),
    ...(telecom.length === 0 ? {} : { telecom: telecom.map(withId) }),
    ...(extension.length === 0 ? {} : { extension: [...extension] }),
  });
}

function createFault(body: JsonMap, form: Form, today: string): Refusal | null {
  const { place, members } = form;
  const missing = REQUIRED.find((name) => isAbsent(body[name]));
  if (missing !== undefined) return missingValue(`${place}${missing}`);
  return firstFault([
    namesFault(body['name'], `${place}name`, today),
    addressesFault(body['address'], form, today),
    isOneOf(SETTABLE_GENDERS, body['gender'])
      ? null
      : invalidValue(pythonText(body['gender']), 'gender'),
    birthDateFault(body['birthDate'], today),
    telecomsFault(body['telecom'], `${place}telecom`, today),
    members === null ? null : unknownMember(body, members),
    extensionsFault(body, form),
  ]);
}

function isAbsent(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '';
}

function namesFault(names: Json | undefined, field: string, today: string): Refusal | null {
  if (!Array.isArray(names)) return invalidValue(pythonText(names), field);
  if (names.length > 1) return tooMany(names, field);
  const [name] = names;
  if (name === undefined) return tooFew(names, field);
  if (!isMap(name)) return invalidValue(pythonText(name), `${field}/0`);
  if (at(name, 'period', 'end') !== undefined) {
    return invalidCreate('An end date can not be provided on usual name');
  }
  const fault = nameFault(name, `${field}/0`, today);
  if (fault !== null) return fault;
  return name['use'] === 'usual' ? null : invalidValue(pythonText(name['use']), `${field}/0/use`);
}

function addressesFault(addresses: Json | undefined, form: Form, today: string): Refusal | null {
  const field = `${form.place}address`;
  if (!Array.isArray(addresses)) return invalidValue(pythonText(addresses), field);
  if (addresses.length === 0) return tooFew(addresses, field);
  for (const [index, address] of addresses.entries()) {
    const isUndated = form.hasDatedAddress && isMap(address) && address['period'] === undefined;
    if (isUndated) return missingValue(`${field}/${index}/period`);
    const fault = newAddressFault(address, `${field}/${index}`, today);
    if (fault !== null) return fault;
  }
  return null;
}

function newAddressFault(address: Json, field: string, today: string): Refusal | null {
  if (!isMap(address)) return invalidValue(pythonText(address), field);
  const key = mapsAt(address, 'extension').findIndex(
    (one) => listAt(one, 'extension').length === 0,
  );
  if (key !== -1) return missingValue(`${field}/extension/${key}/extension`);
  const fault = addressFault(address, field, today);
  if (fault !== null) return fault;
  return saysWhere(address) ? null : invalidCreate(LINES_INCOMPLETE);
}

function birthDateFault(day: Json | undefined, today: string): Refusal | null {
  const isDay = typeof day === 'string' && parseLondonDate(day) !== null && day <= today;
  return isDay ? null : invalidValue(pythonText(day), 'birthDate');
}

function telecomsFault(telecom: Json | undefined, field: string, today: string): Refusal | null {
  if (telecom === undefined) return null;
  if (!Array.isArray(telecom)) return invalidValue(pythonText(telecom), field);
  for (const [index, point] of telecom.entries()) {
    if (!isMap(point)) return invalidValue(pythonText(point), `${field}/${index}`);
    const isWrong = point['system'] === 'email' && !isEmail(textAt(point, 'value'));
    if (isWrong) return invalidCreate(EMAIL_INVALID);
    const fault = telecomFault(point, `${field}/${index}`, today);
    if (fault !== null) return fault;
  }
  return null;
}

function extensionsFault(body: JsonMap, { place, keptUrls }: Form): Refusal | null {
  const extensions = mapsAt(body, 'extension');
  const field = `${place}extension`;
  const authority = extensions.find(({ url }) => url === URLS.registeringAuthority);
  if (authority === undefined) return tooFew(listAt(body, 'extension'), field);
  for (const [index, extension] of extensions.entries()) {
    const url = textAt(extension, 'url');
    if (keptUrls.includes(url)) {
      const fault = extensionFault(extension, `${field}/${index}`);
      if (fault !== null) return fault;
    } else if (!DROPPED_URLS.includes(url)) return invalidValue(url, `${field}/${index}/url`);
  }
  return authorityFault(authority, `${field}/${extensions.indexOf(authority)}`);
}

function authorityFault(authority: JsonMap, field: string): Refusal | null {
  const type = codeOf(authority, 'registeringAuthorityType');
  if (type === '') return missingValue(`${field}/extension/0/valueCodeableConcept/coding/0/code`);
  if (!/^[a-x1]$/.test(type))
    return invalidValue(type, `${field}/extension/0/valueCodeableConcept/coding/0/code`);
  const organisation = textAt(
    mapsAt(authority, 'extension').find(({ url }) => url === 'organisationIdentifier'),
    'valueString',
  );
  return /^.{2,15}$/u.test(organisation)
    ? null
    : invalidValue(organisation, `${field}/extension/1/valueString`);
}

function invalidCreate(text: string): Refusal {
  return {
    code: 'INVALID_CREATE',
    diagnostics: `Invalid patient create data provided - '${text}'`,
  };
}
