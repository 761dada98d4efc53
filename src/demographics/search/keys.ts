import { parseLondonDate } from '../../kernel/london.ts';
import { textAt } from '../json.ts';
import { isFindable, type PatientRecord } from '../record.ts';
import { soundOf } from './fold.ts';
import { namesOf } from './names.ts';
import { longForms } from './short-forms.ts';

/** The day of birth of a record that may be found; null when a search never finds it [PDS 5.3]. */
export function birthDayOf(record: PatientRecord): string | null {
  return isFindable(record) ? parseLondonDate(textAt(record.patient, 'birthDate')) : null;
}

/** Under what a search that knows no day of birth looks: family with given names, and how each name sounds. */
export function searchKeys(record: PatientRecord): string[] {
  if (birthDayOf(record) === null) return [];
  const keys = namesOf(record).flatMap(({ family, given }) => [
    nameKey(family, given),
    ...[family, ...wordsOf(given)].flatMap(soundKeys),
  ]);
  return [...new Set(keys)];
}

const KEY_MAX = 200; // letters; an index row has no room for much more

/** Beginning of the key of a name: with the whole family name when there is something behind it. */
export function nameKey(family: string, given: string): string {
  return `N${family}|${given}`.slice(0, KEY_MAX);
}

/** Beginning of the key of every family name that begins so. */
export function familyKey(beginning: string): string {
  return `N${beginning}`.slice(0, KEY_MAX);
}

export function wordsOf(names: string): string[] {
  return names.split(/[ -]/).filter((word) => word !== '');
}

/** How a name sounds, or whatever it may be short for; one without Latin letters is its own key. */
export function soundKeys(folded: string): string[] {
  return longForms(folded).flatMap((form) =>
    form === '' ? [] : [`S${soundOf(form) || form}`.slice(0, KEY_MAX)],
  );
}
