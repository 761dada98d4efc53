import { createHash } from 'node:crypto';

import { present } from '../../kernel/bug.ts';

/** Chance that is the same again from the same seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to and without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  isLucky(share: number): boolean {
    return this.next() < share;
  }

  /** One of several, each with its weight. */
  of<Value>(weighted: readonly (readonly [Value, number])[]): Value {
    const sum = weighted.reduce((all, [, weight]) => all + weight, 0);
    let left = this.next() * sum;
    for (const [value, weight] of weighted) {
      left -= weight;
      if (left < 0) return value;
    }
    return present(weighted.at(-1), 'something to choose')[0];
  }
}

/** A GUID in upper case, as HL7 V3 writes it, that comes of these words alone. */
export function guidOf(...words: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(words.join('/')).digest('hex').toUpperCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+';

/** The id of the n-th prescription with its check character, ISO 7064 MOD 37-2 [EPS-FHIR 6.1]; ascending with n. */
export function prescriptionIdOf(n: number, prescriber: string): string {
  const body = `${n.toString(16).toUpperCase().padStart(6, '0')}-${prescriber.padStart(6, '0')}-${hexOf(n)}`;
  let rest = 0;
  for (const letter of body.replaceAll('-', '')) {
    rest = ((rest + ALPHABET.indexOf(letter)) * 2) % 37;
  }
  return body + ALPHABET.charAt((38 - rest) % 37);
}

function hexOf(n: number): string {
  return guidOf('id', n).slice(0, 5);
}

/** An NHS number of the range that no person has (999), with its check digit [EPS-FHIR 6.3]. */
export function nhsNumberOf(n: number): string {
  for (let tried = n * 7; ; tried += 1) {
    const nine = `999${String(tried % 1_000_000).padStart(6, '0')}`;
    const sum = [...nine].reduce((all, digit, place) => all + Number(digit) * (10 - place), 0);
    const check = (11 - (sum % 11)) % 11;
    if (check !== 10) return nine + check;
  }
}
