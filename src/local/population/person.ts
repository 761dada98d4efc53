import { nhsNumberCheckDigit } from '../../kernel/nhs-number.ts';
import type { Random } from '../sample-messages/index.ts';
import { FAMILY_NAMES, FEMALE_NAMES, MALE_NAMES, STREETS, TOWNS } from './names.ts';
import { pick, pickEarly, randomOfOne } from './random.ts';

export const POPULATION_MAX = 4_000_000; // below the numbers of the named test patients

const FIRST_EIGHT_DIGITS = 95_000_000; // numbers that begin with 9 are given to nobody [PDS 7.3]

/** The NHS number of the one at a place of the population: each place has ten numbers, and takes the first that there is. */
export function numberAt(index: number): string {
  for (let last = 0; last < 10; last += 1) {
    const nine = `${FIRST_EIGHT_DIGITS + index}${last}`;
    const digit = nhsNumberCheckDigit(nine);
    if (digit !== null) return `${nine}${digit}`;
  }
  throw new RangeError(`no number for ${index}`);
}

/** What tells a few from the many: everyone of so many, from the place on that is named. */
const RARE = {
  /** Into the one before. */
  merged: { every: 200, from: 199 },
  restricted: { every: 100, from: 50 },
  veryRestricted: { every: 1_000, from: 501 },
  invalidated: { every: 2_000, from: 1_003 },
  deceased: { every: 20, from: 7 },
  renamed: { every: 8, from: 3 },
  hasParent: { every: 25, from: 12 },
} as const;
export type Rare = keyof typeof RARE;

export function isRare(index: number, kind: Rare): boolean {
  const { every, from } = RARE[kind];
  return index % every === from;
}

/** Somebody invented. Days are `YYYY-MM-DD`. */
export type GeneratedPerson = {
  readonly index: number;
  readonly nhsNumber: string;
  readonly given: readonly string[];
  readonly family: string;
  readonly earlierFamily: string | null;
  readonly prefix: string;
  readonly gender: 'female' | 'male' | 'unknown';
  readonly birthDate: string;
  readonly deathDate: string | null;
  readonly street: string;
  readonly town: string;
  readonly postcode: string;
  readonly mobile: string | null;
  readonly email: string | null;
  /** For what else is drawn of the same person. */
  readonly random: Random;
};

/** The one at a place of the population that comes of this seed; the same one whatever its size. */
export function personAt(seed: number, index: number): GeneratedPerson {
  const random = randomOfOne(seed, index);
  const isFemale = random() < 0.5;
  const names = isFemale ? FEMALE_NAMES : MALE_NAMES;
  const given = [pickEarly(random, names), ...(random() < 0.6 ? [pick(random, names)] : [])];
  const family = pickEarly(random, FAMILY_NAMES);
  const born = bornDay(random);
  const house = 1 + Math.floor(random() * 120);
  const unit = `${Math.floor(random() * 10)}${letter(random)}${letter(random)}`;
  return {
    index,
    nhsNumber: numberAt(index),
    given,
    family,
    earlierFamily: isRare(index, 'renamed') ? pickEarly(random, FAMILY_NAMES) : null,
    prefix: isFemale ? 'Ms' : 'Mr',
    gender: index % 500 === 250 ? 'unknown' : isFemale ? 'female' : 'male',
    birthDate: dayOf(born),
    deathDate: isRare(index, 'deceased') ? dayOf(born + random() * (LAST_DAY - born)) : null,
    street: `${house} Example ${pick(random, STREETS)}`,
    town: pickEarly(random, TOWNS),
    postcode: `XX${1 + Math.floor(random() * 99)} ${unit}`,
    mobile: random() < 0.7 ? `07700900${digits(random, 3)}` : null,
    email: random() < 0.4 ? `person.${index}@example.com` : null,
    random,
  };
}

const DAY_MS = 86_400_000;
const LAST_DAY = Date.parse('2026-01-01') / DAY_MS; // fixed: a seed gives the same people on every day
const OLDEST_DAYS = 36_000;

function bornDay(random: Random): number {
  return LAST_DAY - Math.floor(random() ** 1.2 * OLDEST_DAYS);
}

function dayOf(day: number): string {
  return new Date(Math.floor(day) * DAY_MS).toISOString().slice(0, 10);
}

function letter(random: Random): string {
  return 'ABDEFGHJLNPQRSTUWXYZ'[Math.floor(random() * 20)] ?? 'A';
}

function digits(random: Random, count: number): string {
  return String(Math.floor(random() * 10 ** count)).padStart(count, '0');
}
