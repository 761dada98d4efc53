import type { PatientRecord } from '../../demographics/index.ts';
import { DEATH_STATUSES, DEATH_SYSTEM, URLS } from '../../demographics/codes.ts';
import { ID } from '../sample-messages/systems.ts';
import { codesFor } from './organisations.ts';
import { type GeneratedPerson, isRare, numberAt, personAt } from './person.ts';
import { pick } from './random.ts';

type Codes = ReturnType<typeof codesFor>;

/** Marks everybody who was generated, in each answer that has a name [PDS 4.2]. */
export const GENERATED_SUFFIX = 'XXTEST';

/** The records of a population of `n` that comes of this seed, one after the other [PDS 4]. */
export function* populationOf(n: number, seed: number): Generator<PatientRecord> {
  const codes = codesFor(n);
  for (let index = 0; index < n; index += 1) yield recordOf(personOf(seed, index), codes);
}

/** One that was merged away is the same person as the one that was retained. */
function personOf(seed: number, index: number): GeneratedPerson {
  if (!isRare(index, 'merged')) return personAt(seed, index);
  return { ...personAt(seed, index - 1), index, nhsNumber: numberAt(index) };
}

function recordOf(person: GeneratedPerson, codes: Codes): PatientRecord {
  const { index, nhsNumber, birthDate, earlierFamily } = person;
  const name = nameOf(person);
  const earlier = earlierFamily === null ? {} : { name: [{ ...name, family: earlierFamily }] };
  return {
    nhsNumber,
    version: 1,
    patient: {
      resourceType: 'Patient',
      id: nhsNumber,
      meta: { versionId: '1', security: [{ code: sensitivityAt(index) }] },
      name: [name],
      gender: person.gender,
      birthDate,
      ...(person.deathDate === null
        ? {}
        : { deceasedDateTime: `${person.deathDate}T00:00:00+00:00` }),
      address: [addressOf(person)],
      telecom: telecomOf(person),
      generalPractitioner: [
        {
          id: idOf(person),
          type: 'Organization',
          identifier: {
            ...odsOf(pick(person.random, codes.practice)),
            period: { start: birthDate },
          },
        },
      ],
      extension: [...nominationsOf(person, codes), ...deathOf(person)],
    },
    supersededBy: isRare(index, 'merged') ? numberAt(index - 1) : null,
    history: earlier,
    hidden: {},
    relatedPersons: isRare(index, 'hasParent') ? [parentOf(person)] : [],
    coverage: null,
  };
}

function sensitivityAt(index: number): 'U' | 'R' | 'V' | 'REDACTED' {
  if (isRare(index, 'invalidated')) return 'REDACTED';
  if (isRare(index, 'veryRestricted')) return 'V';
  return isRare(index, 'restricted') ? 'R' : 'U';
}

/** Eight hexadecimal digits, as the ids of items are [PDS 4.1]. */
function idOf({ random }: GeneratedPerson): string {
  const id = Math.floor(random() * 0x1_0000_0000);
  return id.toString(16).padStart(8, '0').toUpperCase();
}

function nameOf(person: GeneratedPerson) {
  const { given, family, prefix, birthDate } = person;
  return {
    id: idOf(person),
    use: 'usual',
    period: { start: birthDate },
    given: [...given],
    family,
    prefix: [prefix],
    suffix: [GENERATED_SUFFIX],
  };
}

function addressOf(person: GeneratedPerson) {
  const { street, town, postcode, birthDate } = person;
  return {
    id: idOf(person),
    use: 'home',
    period: { start: birthDate },
    line: ['', street, '', town.toUpperCase(), ''],
    postalCode: postcode,
  };
}

function telecomOf(person: GeneratedPerson) {
  const { mobile, email, birthDate } = person;
  const point = (system: string, use: string, value: string) => ({
    id: idOf(person),
    period: { start: birthDate },
    system,
    value,
    use,
  });
  return [
    ...(mobile === null ? [] : [point('phone', 'mobile', mobile)]),
    ...(email === null ? [] : [point('email', 'home', email)]),
  ];
}

function odsOf(value: string) {
  return { system: ID.ods, value };
}

/** Most have a pharmacy, some also an appliance contractor or a doctor who dispenses. */
function nominationsOf({ random }: GeneratedPerson, codes: Codes) {
  const [hasPharmacy, hasContractor, hasDoctor] = [
    random() < 0.6,
    random() < 0.04,
    random() < 0.06,
  ];
  const nomination = (url: string, ods: string) => ({
    url,
    valueReference: { identifier: odsOf(ods) },
  });
  return [
    ...(hasPharmacy ? [nomination(URLS.pharmacy, pick(random, codes.pharmacy))] : []),
    ...(hasContractor ? [nomination(URLS.appliance, pick(random, codes.applianceContractor))] : []),
    ...(hasDoctor ? [nomination(URLS.dispensingDoctor, pick(random, codes.dispensingDoctor))] : []),
  ];
}

/** Most deaths were told by a registrar. */
function deathOf({ index, deathDate }: GeneratedPerson) {
  if (deathDate === null) return [];
  const code = index % 3 === 0 ? '1' : '2';
  const display = DEATH_STATUSES[code] ?? '';
  const coding = [{ system: DEATH_SYSTEM, version: '1.0.0', code, display }];
  return [
    {
      url: URLS.death,
      extension: [
        { url: 'deathNotificationStatus', valueCodeableConcept: { coding } },
        { url: 'systemEffectiveDate', valueDateTime: `${deathDate}T00:00:00+00:00` },
      ],
    },
  ];
}

function parentOf(person: GeneratedPerson) {
  const coding = [
    {
      system: 'https://fhir.nhs.uk/R4/CodeSystem/UKCore-AdditionalRelatedPersonRole',
      code: 'Guardian',
      display: 'Guardian of patient',
    },
  ];
  return {
    resourceType: 'RelatedPerson',
    id: idOf(person),
    active: true,
    patient: { identifier: { system: ID.nhsNumber, value: numberAt(person.index - 1) } },
    period: { start: person.birthDate },
    relationship: [{ coding }],
  };
}
