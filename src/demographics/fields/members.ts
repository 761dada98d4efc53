import type { Json, JsonMap } from '../json.ts';
import type { Refusal } from '../outcome.ts';

/** What is there and has no place there; null when nothing is [PDS 6.1]. */
export function unknownMember(value: JsonMap, known: readonly string[]): Refusal | null {
  const names = Object.keys(value).filter((name) => !known.includes(name));
  if (names.length === 0) return null;
  const list = names.map((name) => `'${name}'`).join(', ');
  const were = names.length === 1 ? 'was' : 'were';
  const text = `Additional properties are not allowed (${list} ${were} unexpected)`;
  return { code: 'ADDITIONAL_PROPERTIES', diagnostics: `Invalid request with error - ${text}` };
}

/** The first of these that is no null. */
export function firstFault(faults: readonly (Refusal | null)[]): Refusal | null {
  return faults.find((fault) => fault !== null) ?? null;
}

/** A list of texts, blanks left out; null when it is none. */
export function wordsOf(value: Json | undefined): string[] | null {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return null;
  const words = value.filter((word) => typeof word === 'string');
  return words.length === value.length ? words.filter((word) => word.trim() !== '') : null;
}

export function isOneOf(values: readonly string[], value: Json | undefined): boolean {
  return typeof value === 'string' && values.includes(value);
}
