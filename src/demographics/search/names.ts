import { type Json, mapsAt, textAt, textsAt } from '../json.ts';
import type { PatientRecord } from '../record.ts';
import { fold } from './fold.ts';

/** A name of a record as searches compare it. */
export type SearchName = {
  readonly family: string;
  /** All given names, one after the other with a space between. */
  readonly given: string;
  /** Whether it was replaced by another one, or is of a use that a plain search does not look at. */
  readonly isOld: boolean;
};

const CURRENT_USES = ['usual', 'nickname', 'temp']; // [PDS 5.3]

/** Every name of a record that a search may look at. */
export function namesOf({
  patient,
  history,
}: Pick<PatientRecord, 'patient' | 'history'>): SearchName[] {
  const now = mapsAt(patient, 'name').map((name) =>
    nameOf(name, !CURRENT_USES.includes(textAt(name, 'use'))),
  );
  return [...now, ...mapsAt(history, 'name').map((name) => nameOf(name, true))];
}

function nameOf(name: Json, isOld: boolean): SearchName {
  return {
    family: fold(textAt(name, 'family')),
    given: fold(textsAt(name, 'given').join(' ')),
    isOld,
  };
}
