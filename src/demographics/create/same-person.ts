import { postcodeKey } from '../address.ts';
import { type JsonMap, textAt, textsAt } from '../json.ts';
import type { Refusal } from '../outcome.ts';
import type { PatientRecord } from '../record.ts';
import type { Criteria } from '../search/criteria.ts';
import { fold } from '../search/fold.ts';
import { matching } from '../search/search.ts';

/** The trace that finds somebody who is on record already: who agrees in everything [PDS 7.1]. */
export function tracing(patient: JsonMap): Criteria {
  const birth = textAt(patient, 'birthDate');
  const [given = ''] = textsAt(patient, 'name', 0, 'given');
  const postcode = postcodeKey(textAt(patient, 'address', 0, 'postalCode'));
  return {
    family: fold(textAt(patient, 'name', 0, 'family')),
    given: given === '' ? null : fold(textsAt(patient, 'name', 0, 'given').join(' ')),
    gender: textAt(patient, 'gender'),
    birth: { from: birth, to: birth },
    death: null,
    postcode: postcode === '' ? null : postcode,
    practice: null,
    organisation: null,
    email: null,
    phone: null,
    isFuzzy: false,
    isExact: true,
    withHistory: false,
    most: 1,
  };
}

/** Why nobody is added: who is meant is on record; null when nobody is [PDS 7.1]. */
export function matchRefusal(
  bornThatDay: readonly PatientRecord[],
  patient: JsonMap,
): Refusal | null {
  return refusalFor(matching(bornThatDay, tracing(patient)).map(({ record }) => record));
}

export function refusalFor(found: readonly PatientRecord[]): Refusal | null {
  const [first] = found;
  if (first === undefined) return null;
  const unable = 'Unable to create new patient.';
  return found.length === 1
    ? {
        code: 'SINGLE_MATCH',
        diagnostics: `${unable} NHS number ${first.nhsNumber} found for supplied demographic data.`,
      }
    : {
        code: 'MULTIPLE_MATCHES',
        diagnostics: `${unable} Multiple matches found for supplied demographic data.`,
      };
}
