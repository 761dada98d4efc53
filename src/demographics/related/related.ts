import { shownAddress } from '../address.ts';
import { type Json, type JsonMap, mapsAt, textAt, without } from '../json.ts';
import type { Reader } from '../reader.ts';
import { type PatientRecord, sensitivityOf } from '../record.ts';

/** NHS numbers of the persons that these entries point at. */
export function pointedAt({ relatedPersons }: PatientRecord): string[] {
  return [...new Set(relatedPersons.map(numberOf).filter((number) => number !== ''))];
}

function numberOf(person: Json): string {
  return textAt(person, 'patient', 'identifier', 'value');
}

/**
 * The related persons of a patient; none of a sensitive one. `known` are the records that they point at: of those who
 * are sensitive themselves no address and no telephone is told [PDS 4.6, 8.1].
 */
export function relatedEntries(
  record: PatientRecord,
  known: readonly PatientRecord[],
  { grants }: Reader,
  publicBase: string,
): JsonMap[] {
  if (sensitivityOf(record.patient) !== 'U') return [];
  const sensitive = new Set(
    known.filter(({ patient }) => sensitivityOf(patient) !== 'U').map(({ nhsNumber }) => nhsNumber),
  );
  return record.relatedPersons.map((person) => ({
    fullUrl: `${publicBase}/Patient/${record.nhsNumber}/RelatedPerson/${textAt(person, 'id')}`,
    resource: sensitive.has(numberOf(person))
      ? without(person, ['address', 'telecom'])
      : withAddresses(person, grants.emptyAddressLines),
  }));
}

function withAddresses(person: JsonMap, keepsBlanks: boolean): JsonMap {
  const address = mapsAt(person, 'address').map((one) => shownAddress(one, keepsBlanks));
  return address.length === 0 ? without(person, ['address']) : { ...person, address };
}
