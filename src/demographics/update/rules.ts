import { parseLondonDate } from '../../kernel/london.ts';
import { GENDERS, NOMINATION_URLS, ODS_SYSTEM, URLS } from '../codes.ts';
import { addressFault, isAddable, linesFaultOfUpdate } from '../fields/address.ts';
import { isDeathTime } from '../fields/death-time.ts';
import { deathStatusOf, extensionFault, ODS_CODE } from '../fields/extension.ts';
import { firstFault, isOneOf, unknownMember } from '../fields/members.ts';
import { nameFault } from '../fields/name.ts';
import { contactFault, kindOf, telecomFault } from '../fields/telecom.ts';
import { at, isSame, type JsonMap, mapsAt, textAt } from '../json.ts';
import { forbiddenUpdate, invalidUpdate, invalidValue, type Refusal } from '../outcome.ts';
import { pythonText } from '../python.ts';

/** A patient before and after its patches, and the day. */
export type Edit = { readonly before: JsonMap; readonly after: JsonMap; readonly today: string };

/** What of a change is not allowed; the first thing that is not [PDS 6.2]. */
export function updateFault(edit: Edit): Refusal | null {
  return firstFault(RULES.map((rule) => rule(edit)));
}

/** In order of precedence. */
const RULES: readonly ((edit: Edit) => Refusal | null)[] = [
  usualNameFault,
  addressUseFault,
  telecomKindFault,
  extensionsFault,
  practiceFault,
  (edit) => each(edit, 'name', (one, field) => nameFault(one, field, edit.today)),
  (edit) => each(edit, 'address', (one, field) => addressFault(one, field, edit.today)),
  (edit) => each(edit, 'telecom', (one, field) => telecomFault(one, field, edit.today)),
  (edit) => each(edit, 'contact', (one, field) => contactFault(one, field, edit.today)),
  genderFault,
  birthFault,
  deathFault,
  multipleBirthFault,
];

/** Those of a list that are new or not as they were, each with its place. */
function changed({ before, after }: Edit, list: string): [JsonMap, string][] {
  const old = mapsAt(before, list);
  return mapsAt(after, list).flatMap((one, place): [JsonMap, string][] =>
    old.some((other) => isSame(one, other)) ? [] : [[one, `${list}/${place}`]],
  );
}

function each(
  edit: Edit,
  list: string,
  fault: (item: JsonMap, field: string) => Refusal | null,
): Refusal | null {
  return firstFault(changed(edit, list).map(([item, field]) => fault(item, field)));
}

function ofUse(patient: JsonMap, list: string, use: string): readonly JsonMap[] {
  return mapsAt(patient, list).filter((one) => one['use'] === use);
}

function usualNameFault({ before, after }: Edit): Refusal | null {
  const [was, is] = [ofUse(before, 'name', 'usual').length, ofUse(after, 'name', 'usual').length];
  if (is > 1 && is > was) return forbiddenUpdate('multiple usual names cannot be added');
  if (was > 0 && is === 0) {
    const usual = textAt(ofUse(before, 'name', 'usual')[0], 'id');
    const isKept = mapsAt(after, 'name').some(({ id }) => id === usual);
    return forbiddenUpdate(
      isKept ? 'the use of a name cannot be changed' : 'not permitted to remove usual name',
    );
  }
  const nicknames = ofUse(after, 'name', 'nickname').length;
  if (nicknames > 1 && nicknames > ofUse(before, 'name', 'nickname').length) {
    return forbiddenUpdate('multiple nickname names cannot be added');
  }
  return changesUse({ before, after }, 'name', ['use'])
    ? forbiddenUpdate('the use of a name cannot be changed')
    : null;
}

/** Whether an item that was there is of another kind now. */
function changesUse(
  { before, after }: Pick<Edit, 'before' | 'after'>,
  list: string,
  members: readonly string[],
): boolean {
  return mapsAt(after, list).some((one) => {
    const old = mapsAt(before, list).find(({ id }) => id !== undefined && id === one['id']);
    return old !== undefined && members.some((member) => old[member] !== one[member]);
  });
}

function addressUseFault(edit: Edit): Refusal | null {
  const { before, after } = edit;
  const ids = new Set(mapsAt(before, 'address').map(({ id }) => id));
  for (const [address, field] of changed(edit, 'address')) {
    const isNew = !ids.has(address['id']);
    const use = textAt(address, 'use');
    if (isNew && use !== '' && !isAddable(address)) return invalidValue(use, `${field}/use`);
    const count = (patient: JsonMap): number => ofUse(patient, 'address', use).length;
    if (count(after) > 1 && count(after) > count(before)) {
      return forbiddenUpdate(`multiple ${use} addresses cannot be added`);
    }
    const fault = isNew ? linesFaultOfUpdate(address) : null;
    if (fault !== null) return fault;
  }
  return null;
}

function telecomKindFault(edit: Edit): Refusal | null {
  const { before, after } = edit;
  if (changesUse(edit, 'telecom', ['system', 'use'])) {
    return forbiddenUpdate('the system and use of a telecom cannot be changed');
  }
  const count = (patient: JsonMap, kind: string): number =>
    mapsAt(patient, 'telecom').filter((one) => kindOf(one) === kind).length;
  const twice = mapsAt(after, 'telecom')
    .map(kindOf)
    .find((kind) => count(after, kind) > 1 && count(after, kind) > count(before, kind));
  return twice === undefined ? null : forbiddenUpdate(`multiple ${twice} telecoms cannot be added`);
}

function extensionsFault(edit: Edit): Refusal | null {
  const { before, after } = edit;
  const urls = mapsAt(after, 'extension').map((one) => textAt(one, 'url'));
  const twice = urls.find((url, place) => urls.indexOf(url) !== place);
  if (twice !== undefined) return forbiddenUpdate(`multiple '${twice}' extensions cannot be added`);
  for (const old of mapsAt(before, 'extension')) {
    const url = textAt(old, 'url');
    const isRemovable =
      NOMINATION_URLS.includes(url) ||
      isOneOf([URLS.communication, URLS.preference, URLS.birthPlace], url);
    if (!urls.includes(url) && !isRemovable) {
      return forbiddenUpdate(`source not permitted to remove '${url}'`);
    }
  }
  return each(edit, 'extension', extensionFault);
}

function practiceFault(edit: Edit): Refusal | null {
  const { before, after } = edit;
  const practices = mapsAt(after, 'generalPractitioner');
  if (mapsAt(before, 'generalPractitioner').length > 0 && practices.length === 0) {
    return forbiddenUpdate("source not permitted to remove 'generalPractitioner'");
  }
  if (practices.length > 1) {
    return forbiddenUpdate('multiple generalPractitioner cannot be added');
  }
  return each(edit, 'generalPractitioner', (practice, field) => {
    const extra = unknownMember(practice, ['id', 'type', 'identifier']);
    const code = at(practice, 'identifier', 'value');
    if (extra !== null) return extra;
    if (typeof code !== 'string' || !ODS_CODE.test(code)) {
      return invalidValue(pythonText(code), `${field}/identifier/value`);
    }
    const system = textAt(practice, 'identifier', 'system');
    if (system !== ODS_SYSTEM) return invalidValue(system, `${field}/identifier/system`);
    return at(practice, 'identifier', 'period', 'end') === undefined
      ? null
      : invalidUpdate('An end date can not be provided on generalPractitioner');
  });
}

function genderFault({ before, after }: Edit): Refusal | null {
  const gender = after['gender'];
  if (gender === before['gender']) return null;
  const isSettable = isOneOf(GENDERS, gender) && gender !== 'other';
  return isSettable ? null : invalidValue(pythonText(gender), 'gender');
}

function birthFault({ before, after, today }: Edit): Refusal | null {
  const day = after['birthDate'];
  if (day === before['birthDate']) return null;
  if (typeof day !== 'string' || parseLondonDate(day) === null) {
    return invalidValue(pythonText(day), 'birthDate');
  }
  if (day > today) return invalidUpdate('birthDate cannot be in the future');
  const death = dayOfDeath(after);
  return death !== '' && day > death ? invalidUpdate('birthDate cannot be after death') : null;
}

function dayOfDeath(patient: JsonMap): string {
  return textAt(patient, 'deceasedDateTime').slice(0, 10);
}

function deathFault({ before, after, today }: Edit): Refusal | null {
  const value = after['deceasedDateTime'];
  const status = (patient: JsonMap): string =>
    deathStatusOf(mapsAt(patient, 'extension').find(({ url }) => url === URLS.death));
  const isChanged = value !== before['deceasedDateTime'] || status(before) !== status(after);
  if (!isChanged) return null;
  if (status(before) === '2')
    return forbiddenUpdate('source not permitted to update a formal death');
  if (value === undefined)
    return invalidUpdate('deceasedDateTime must be given with deathNotificationStatus');
  if (!isDeathTime(value)) return invalidValue(pythonText(value), 'deceasedDateTime');
  const day = value.slice(0, 10);
  if (day > today) return invalidUpdate('deceasedDateTime cannot be in the future');
  if (day < textAt(after, 'birthDate')) {
    return invalidUpdate('deceasedDateTime cannot be before birthDate');
  }
  return status(after) === ''
    ? invalidUpdate('deathNotificationStatus must be given with deceasedDateTime')
    : null;
}

const BIRTHS_MAX = 9; // [PDS 4.1]

function multipleBirthFault({ before, after }: Edit): Refusal | null {
  const value = after['multipleBirthInteger'];
  if (value === before['multipleBirthInteger'] || value === undefined) return null;
  const isOrder = typeof value === 'number' && Number.isInteger(value) && value >= 1;
  return isOrder && value <= BIRTHS_MAX
    ? null
    : invalidValue(pythonText(value), 'multipleBirthInteger');
}
