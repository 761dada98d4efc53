import type { Json, JsonMap } from '../json.ts';
import { additional, type Refusal } from '../outcome.ts';

/** What is there and has no place there; null when nothing is [PDS 6.1]. */
export function unknownMember(value: JsonMap, known: readonly string[]): Refusal | null {
  const names = Object.keys(value).filter((name) => !known.includes(name));
  return names.length === 0 ? null : additional(names);
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
