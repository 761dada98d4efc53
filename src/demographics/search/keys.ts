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

function wordsOf(names: string): string[] {
  return names.split(/[ -]/).filter((word) => word !== '');
}

/** How a name sounds, and whatever it may be short for; one without Latin letters is its own key. */
function soundKeys(folded: string): string[] {
  if (folded === '') return [];
  return [folded, ...longForms(folded)].map((form) => soundKey(soundOf(form) || form));
}

function soundKey(sound: string): string {
  return `S${sound}`.slice(0, KEY_MAX);
}

/**
 * Beginnings of the keys of every name that a fuzzy search takes for this one, be it a family or a given name: what
 * sounds like one of its words, or like the beginning of all of it (an initial; MARY ANN of somebody asked for as
 * MARYANN). A word that is an initial stands for whatever begins with it.
 */
export function soundsFor(name: string): string[] {
  const letters = name.replaceAll(/[^A-Z]/g, '');
  if (letters === '') return [...name].slice(0, 1).map(soundKey);
  const beginnings = [...letters].map((_, place) => soundOf(letters.slice(0, place + 1)));
  const words = wordsOf(name);
  const initials = words.filter((word) => word.length === 1);
  return [...new Set([...[...beginnings, ...initials].map(soundKey), ...words.flatMap(soundKeys)])];
}
