import { numberOf } from './numbers.ts';

const PER_SECOND_MAX = 100_000;

/** A rate that an operator sets; null: without limit. */
export function perSecondOf(name: string, text: string, problems: string[]): number | null {
  if (text === 'none') return null;
  const what = `none, or a number from 1 to ${PER_SECOND_MAX}`;
  return numberOf({ [name]: text }, { name, otherwise: '', most: PER_SECOND_MAX, what }, problems);
}
