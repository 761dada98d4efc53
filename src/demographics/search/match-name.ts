import { soundOf } from './fold.ts';
import { areForms } from './short-forms.ts';

/** How well one name agrees, from 0 (not at all) to 1 (equal) [PDS 5.4]. */
export const NAME_SCORES = {
  equal: 1,
  beginning: 0.95,
  wildcard: 0.85,
  form: 0.9,
  sound: 0.8,
  initial: 0.75,
  none: 0,
} as const;

/** A pattern with `*` for any letters, against the whole of a text or, for a part, its beginning. */
function isLike(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (!text.startsWith(first)) return false;
  const last = rest.at(-1) ?? '';
  let from = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = text.indexOf(part, from);
    if (found === -1) return false;
    from = found + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}

/** Not fuzzy: equal, or as its wildcard says [PDS 5.3]. */
export function plainFamily(asked: string, name: string): number {
  if (asked === name) return NAME_SCORES.equal;
  return asked.includes('*') && isLike(asked, name) ? NAME_SCORES.wildcard : NAME_SCORES.none;
}

/** As `plainFamily`; whole names at the start of several agree too. */
export function plainGiven(asked: string, names: string): number {
  if (asked === names) return NAME_SCORES.equal;
  if (asked.includes('*')) {
    return beginnings(names).some((part) => isLike(asked, part))
      ? NAME_SCORES.wildcard
      : NAME_SCORES.none;
  }
  return names.startsWith(`${asked} `) ? NAME_SCORES.beginning : NAME_SCORES.none;
}

/** The first name, the first two, and so on. */
function beginnings(names: string): string[] {
  const words = names.split(' ');
  return words.map((_, last) => words.slice(0, last + 1).join(' '));
}

/** Fuzzy: also what sounds alike. */
export function fuzzyFamily(asked: string, name: string): number {
  if (name === '') return NAME_SCORES.none;
  if (asked === name) return NAME_SCORES.equal;
  if (letters(asked) === letters(name) && letters(asked) !== '') return NAME_SCORES.form;
  return soundsLike(asked, name) ? NAME_SCORES.sound : NAME_SCORES.none;
}

/** Fuzzy: word by word, each equal, a short form, an initial or what sounds alike; the better of the places. */
export function fuzzyGiven(asked: string, names: string): number {
  if (names === '') return NAME_SCORES.none;
  const plain = plainGiven(asked, names);
  if (plain > 0) return plain;
  const words = names.split(/[ -]/);
  const wanted = asked.split(/[ -]/);
  const scores = wanted.map((word) => Math.max(...words.map((name) => wordScore(word, name))));
  const [first = NAME_SCORES.none] = scores;
  if (first === NAME_SCORES.none) {
    return letters(asked) === letters(names) ? NAME_SCORES.form : NAME_SCORES.none;
  }
  // A further name that agrees with none lowers the score; the first one decides whether it is the person.
  const sum = scores.reduce((total, score) => total + Math.max(score, FURTHER_MISSING), 0);
  return Math.min(sum / scores.length, NAME_SCORES.beginning);
}

const FURTHER_MISSING = 0.5;

function wordScore(asked: string, name: string): number {
  if (asked === name) return NAME_SCORES.equal;
  if (asked === '' || name === '') return NAME_SCORES.none;
  if (areForms(asked, name)) return NAME_SCORES.form;
  const isInitial = asked.length === 1 || name.length === 1;
  if (isInitial && asked[0] === name[0]) return NAME_SCORES.initial;
  return soundsLike(asked, name) ? NAME_SCORES.sound : NAME_SCORES.none;
}

function letters(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function soundsLike(one: string, other: string): boolean {
  const sound = soundOf(one);
  return sound !== '' && sound === soundOf(other);
}
