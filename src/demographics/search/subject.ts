import { postcodeKey } from '../address.ts';
import { type Json, listAt, mapsAt, textAt } from '../json.ts';
import { type PatientRecord, sensitivityOf } from '../record.ts';
import { namesOf, type SearchName } from './names.ts';

/** A value, and whether it was replaced by another. */
type Dated = { readonly value: string; readonly isOld: boolean };

/** A record as searches compare it; what is hidden is not in it [PDS 5.3]. */
export type Subject = {
  readonly isSensitive: boolean;
  readonly names: readonly SearchName[];
  readonly genders: readonly Dated[];
  readonly birthDate: string;
  /** The day; empty of somebody who lives. */
  readonly deathDate: string;
  readonly postcodes: readonly Dated[];
  readonly practice: string;
  readonly organisation: string;
  readonly emails: readonly Dated[];
  readonly phones: readonly Dated[];
};

export function subjectOf(record: PatientRecord): Subject {
  const { patient, history } = record;
  const telecom = dated(patient, history, 'telecom');
  const emergency = mapsAt(patient, 'contact').flatMap((contact) => mapsAt(contact, 'telecom'));
  const numbers = [...telecom, ...emergency.map((value) => ({ value, isOld: false }))];
  return {
    isSensitive: sensitivityOf(patient) !== 'U',
    names: namesOf(record),
    genders: [
      { value: textAt(patient, 'gender'), isOld: false },
      ...listAt(history, 'gender').map((one) => ({ value: textAt(one), isOld: true })),
    ],
    birthDate: textAt(patient, 'birthDate'),
    deathDate: textAt(patient, 'deceasedDateTime').slice(0, 10),
    postcodes: dated(patient, history, 'address').map(({ value, isOld }) => ({
      value: postcodeKey(textAt(value, 'postalCode')),
      isOld,
    })),
    practice: textAt(patient, 'generalPractitioner', 0, 'identifier', 'value'),
    organisation: textAt(patient, 'managingOrganization', 'identifier', 'value'),
    emails: valuesOf(
      telecom,
      (system) => system === 'email',
      (text) => text.toLowerCase(),
    ),
    phones: valuesOf(numbers, (system) => system !== 'email', withoutSpaces),
  };
}

function dated(
  patient: Json,
  history: Json,
  name: string,
): { readonly value: Json; readonly isOld: boolean }[] {
  return [
    ...mapsAt(patient, name).map((value) => ({ value, isOld: false })),
    ...mapsAt(history, name).map((value) => ({ value, isOld: true })),
  ];
}

function valuesOf(
  points: readonly { readonly value: Json; readonly isOld: boolean }[],
  isOf: (system: string) => boolean,
  normal: (text: string) => string,
): Dated[] {
  return points
    .filter(({ value }) => isOf(textAt(value, 'system')))
    .map(({ value, isOld }) => ({ value: normal(textAt(value, 'value')), isOld }));
}

function withoutSpaces(text: string): string {
  return text.replaceAll(/\s/g, '');
}
