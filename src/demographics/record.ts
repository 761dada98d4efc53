import { isSensitivity, type Sensitivity } from './codes.ts';
import { type Json, type JsonMap, textAt } from './json.ts';

/** All that is kept of one patient. */
export type PatientRecord = {
  readonly nhsNumber: string;
  /** Goes up by one with each accepted change [PDS 6.4]. */
  readonly version: number;
  /** FHIR Patient with everything that any reader may see; address lines stand in their five places. */
  readonly patient: JsonMap;
  /** NHS number of the record into which this one was merged. */
  readonly supersededBy: string | null;
  /** Earlier values, as the Patient held them: `name`, `address`, `telecom`, `gender`. */
  readonly history: JsonMap;
  /** Values that somebody suppressed: a search never looks at them, and nobody sees them [PDS 5.3]. */
  readonly hidden: JsonMap;
  readonly relatedPersons: readonly JsonMap[];
  readonly coverage: Coverage | null;
};

/** A hidden one is never shown [PDS 8.2]. */
export type Coverage = { readonly resource: JsonMap; readonly hidden: boolean };

export function sensitivityOf(patient: Json): Sensitivity {
  const code = textAt(patient, 'meta', 'security', 0, 'code');
  return isSensitivity(code) ? code : 'U';
}

/** Whether a search may ever give it [PDS 5.3]. */
export function isFindable({ patient, supersededBy }: PatientRecord): boolean {
  return supersededBy === null && sensitivityOf(patient) !== 'REDACTED';
}
