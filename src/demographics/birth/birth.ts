import { fail, ok, type Result } from '../../kernel/result.ts';
import { DEATH_STATUSES, DEATH_SYSTEM, NHS_NUMBER_SYSTEM, URLS } from '../codes.ts';
import { type Form, type NewPatient, readNewPatient } from '../create/create.ts';
import { isDeathTime, withOffset } from '../fields/death-time.ts';
import { deathStatusOf } from '../fields/extension.ts';
import { at, type Json, type JsonMap, listAt, mapsAt, textAt } from '../json.ts';
import { invalidValue, missingValue, type Refusal, tooFew } from '../outcome.ts';
import { pythonText } from '../python.ts';
import { BABY, babyOf, circumstancesFault, entriesFault, isLive, motherOf } from './bundle.ts';

/** A baby as the first entry has it: what is not kept is dropped [PDS 7.2]. */
const FORM: Form = {
  place: BABY,
  members: null,
  keptUrls: [URLS.birthPlace],
  hasDatedAddress: false,
};
const NEEDED_URLS = [URLS.registeringAuthority, URLS.ethnicity, URLS.birthPlace];
const FORMAL = '2';
const BIRTHS_MAX = 9; // [PDS 4.1]

const INCONSISTENT: Refusal = {
  code: 'INSERT_BIRTH_DEATH_STATUS_INCONSISTENT',
  diagnostics: 'Insert Birth - Death Status Inconsistent',
};

export type Born = {
  readonly patient: JsonMap;
  /** As a related person. */
  readonly mother: JsonMap;
  readonly motherNumber: string;
};

/** Reads the notification of a birth; the first thing that is wrong is the answer [PDS 7.2]. */
export function readBirth(bundle: Json, parts: Omit<NewPatient, 'form'>): Result<Born, Refusal> {
  const entries = entriesFault(bundle);
  if (entries !== null) return fail(entries);
  const baby = babyOf(bundle);
  const patient = readNewPatient(baby, { ...parts, form: FORM });
  if (!patient.ok) return patient;
  const fault = babyFault(baby) ?? circumstancesFault(bundle);
  if (fault !== null) return fail(fault);
  const isAlive = isLive(bundle);
  const motherNumber = motherOf(bundle);
  if (isAlive && deathOf(baby) === FORMAL) return fail(INCONSISTENT);
  const death = isAlive ? deathOf(baby) : FORMAL;
  const multipleBirthInteger = at(baby, 'multipleBirthInteger') ?? null;
  return ok({
    patient: withDeath({ ...patient.value, multipleBirthInteger }, baby, death),
    mother: personOf(motherNumber, textAt(baby, 'birthDate'), parts.nextId()),
    motherNumber,
  });
}

function deathOf(baby: JsonMap): string {
  return deathStatusOf(mapsAt(baby, 'extension').find(({ url }) => url === URLS.death));
}

function babyFault(baby: JsonMap): Refusal | null {
  const urls = mapsAt(baby, 'extension').map(({ url }) => url);
  if (!NEEDED_URLS.every((url) => urls.includes(url))) {
    return tooFew(listAt(baby, 'extension'), `${BABY}extension`);
  }
  const order = baby['multipleBirthInteger'];
  const field = `${BABY}multipleBirthInteger`;
  if (order === undefined) return missingValue(field);
  const isOrder = Number.isInteger(order) && Number(order) >= 1 && Number(order) <= BIRTHS_MAX;
  if (!isOrder) return invalidValue(pythonText(order), field);
  const death = baby['deceasedDateTime'];
  return death === undefined || isDeathTime(death)
    ? null
    : invalidValue(pythonText(death), `${BABY}deceasedDateTime`);
}

/** A stillborn baby died on the day of birth, unless the notification says when. */
function withDeath(patient: JsonMap, baby: JsonMap, status: string): JsonMap {
  const display = DEATH_STATUSES[status];
  if (display === undefined) return patient;
  const told = textAt(baby, 'deceasedDateTime') || textAt(baby, 'birthDate');
  const deceasedDateTime = withOffset(told);
  const coding = [{ system: DEATH_SYSTEM, version: '1.0.0', code: status, display }];
  const death = {
    url: URLS.death,
    extension: [
      { url: 'deathNotificationStatus', valueCodeableConcept: { coding } },
      { url: 'systemEffectiveDate', valueDateTime: deceasedDateTime },
    ],
  };
  return { ...patient, deceasedDateTime, extension: [...listAt(patient, 'extension'), death] };
}

/** As the related person of the baby, so that who has the same mother is known [PDS 7.2, 8.1]. */
function personOf(nhsNumber: string, start: string, id: string): JsonMap {
  const coding = [
    {
      system: 'https://fhir.nhs.uk/R4/CodeSystem/UKCore-AdditionalRelatedPersonRole',
      code: 'Personal',
      display: 'Personal relationship with the patient',
    },
    {
      system: 'http://hl7.org/fhir/ValueSet/relatedperson-relationshiptype',
      code: 'MTH',
      display: 'mother',
    },
  ];
  return {
    resourceType: 'RelatedPerson',
    id,
    active: true,
    patient: { identifier: { system: NHS_NUMBER_SYSTEM, value: nhsNumber } },
    period: { start },
    relationship: [{ coding }],
  };
}
