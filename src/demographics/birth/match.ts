import { type JsonMap, textAt } from '../json.ts';
import type { Refusal } from '../outcome.ts';
import { refusalFor } from '../create/same-person.ts';
import type { PatientRecord } from '../record.ts';
import { pointedAt } from '../related/related.ts';
import { namesOf } from '../search/names.ts';

/** A birth that is to be recorded, and whether who may be the same baby is in the way. */
export type Newborn = {
  readonly patient: JsonMap;
  /** NHS number of the mother. */
  readonly mother: string;
  readonly ignoresPotential: boolean;
};

/**
 * Why nobody is added: the baby is on record. Whoever was born on that day with the same names and gender may be the
 * same one, with the same mother is [PDS 7.2].
 */
export function birthRefusal(
  bornThatDay: readonly PatientRecord[],
  { patient, mother, ignoresPotential }: Newborn,
): Refusal | null {
  const [wanted] = namesOf({ patient, history: {} });
  const potential = bornThatDay.filter(
    (record) =>
      textAt(record.patient, 'gender') === textAt(patient, 'gender') &&
      namesOf({ patient: record.patient, history: {} }).some(
        ({ family, given }) => family === wanted?.family && given === wanted.given,
      ),
  );
  const sure = potential.filter((record) => pointedAt(record).includes(mother));
  return refusalFor(ignoresPotential ? sure : potential);
}
