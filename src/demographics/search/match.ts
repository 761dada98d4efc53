import { isPseudoPostcode } from '../address.ts';
import type { Criteria, Range } from './criteria.ts';
import { fuzzyFamily, fuzzyGiven, plainFamily, plainGiven } from './match-name.ts';
import type { SearchName } from './names.ts';
import type { Subject } from './subject.ts';

/** What a stage of a fuzzy search asks for; the first that finds somebody ends it [PDS 5.3]. */
export type Stage = { readonly phone: boolean; readonly postcode: boolean };

export const FIRST_STAGE: Stage = { phone: true, postcode: true };
export const STAGES: readonly Stage[] = [
  FIRST_STAGE,
  { phone: false, postcode: true },
  { phone: false, postcode: false },
];

/** Of a parameter that agrees: how well, and how much that counts. */
type Part = { readonly score: number; readonly weight: number };

// Each parameter counts; the more of them agree, the less one that agrees only half lowers the whole.
const WEIGHTS = {
  family: 4,
  given: 3,
  birth: 4,
  gender: 1,
  death: 1,
  postcode: 2,
  practice: 1,
  phone: 1,
  email: 1,
} as const;

const OLD = 0.6; // of a value that was replaced by another
const WRONG = 0.5; // of what only lowers the score of a fuzzy search

/** How well a record agrees, from 0 (not found) to 1 (every parameter is equal), four decimals [PDS 5.3, 5.4]. */
export function scoreOf(subject: Subject, criteria: Criteria, stage: Stage): number {
  if (subject.isSensitive && (criteria.postcode !== null || criteria.practice !== null)) return 0;
  if (!isWithin(subject.birthDate, criteria.birth)) return 0;
  const parts = [
    namePart(subject, criteria),
    { score: 1, weight: WEIGHTS.birth },
    genderPart(subject, criteria),
    postcodePart(subject, criteria, stage),
    phonePart(subject, criteria, stage),
    emailPart(subject, criteria),
    ...loweringParts(subject, criteria),
  ];
  if (parts.some((part) => part?.score === 0)) return 0;
  return weighed(parts.filter((part) => part !== null));
}

function weighed(parts: readonly Part[]): number {
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  const sum = parts.reduce((total, part) => total + part.score * part.weight, 0);
  const score = Math.floor((sum / weight) * 10_000) / 10_000;
  return parts.every((part) => part.score === 1) ? 1 : Math.min(score, 0.9999);
}

function isWithin(day: string, { from, to }: Range): boolean {
  return day !== '' && (from === null || day >= from) && (to === null || day <= to);
}

function looksBack({ isFuzzy, withHistory }: Criteria): boolean {
  return isFuzzy || withHistory;
}

/** Both names of one person's name together: a family name does not go with the given names of another. */
function namePart(subject: Subject, criteria: Criteria): Part | null {
  const { family, given } = criteria;
  const weight = (family === null ? 0 : WEIGHTS.family) + (given === null ? 0 : WEIGHTS.given);
  const names = subject.names.filter(({ isOld }) => !isOld || looksBack(criteria));
  const scores = names.map((name) => nameScore(name, criteria) * (name.isOld ? OLD : 1));
  return { score: Math.max(0, ...scores), weight };
}

const SWAPPED = 0.85; // family and given name in each other's place

function nameScore(name: SearchName, { family, given, isFuzzy }: Criteria): number {
  if (!isFuzzy) {
    return pair(
      family === null ? null : plainFamily(family, name.family),
      given === null ? null : plainGiven(given, name.given),
    );
  }
  const straight = pair(
    family === null ? null : fuzzyFamily(family, name.family),
    given === null ? null : fuzzyGiven(given, name.given),
  );
  const swapped = pair(
    family === null ? null : fuzzyGiven(family, name.given),
    given === null ? null : fuzzyFamily(given, name.family),
  );
  return Math.max(straight, swapped * SWAPPED);
}

function pair(family: number | null, given: number | null): number {
  if (family === 0 || given === 0) return 0;
  if (family === null || given === null) return family ?? given ?? 0;
  const sum = family * WEIGHTS.family + given * WEIGHTS.given;
  return sum / (WEIGHTS.family + WEIGHTS.given);
}

type Dated = Subject['phones'][number];

function best(
  values: readonly Dated[],
  criteria: Criteria,
  isEqual: (text: string) => number,
): number {
  const seen = values.filter(({ isOld }) => !isOld || looksBack(criteria));
  return Math.max(0, ...seen.map(({ value, isOld }) => isEqual(value) * (isOld ? OLD : 1)));
}

function same(asked: string): (text: string) => number {
  return (text) => (text === asked ? 1 : 0);
}

function genderPart(subject: Subject, criteria: Criteria): Part | null {
  if (criteria.gender === null) return null;
  return { score: best(subject.genders, criteria, same(criteria.gender)), weight: WEIGHTS.gender };
}

const WILD_POSTCODE = 0.9;

function postcodePart(subject: Subject, criteria: Criteria, stage: Stage): Part | null {
  const { postcode, isFuzzy } = criteria;
  if (postcode === null) return null;
  const weight = WEIGHTS.postcode;
  // A place that is nowhere tells nobody apart [PDS 5.3].
  if (isFuzzy && isPseudoPostcode(postcode)) return { score: 0, weight };
  const score = best(subject.postcodes, criteria, (text) => {
    if (!postcode.includes('*')) return text === postcode ? 1 : 0;
    return plainFamily(postcode, text) > 0 ? WILD_POSTCODE : 0;
  });
  return { score: score === 0 && isFuzzy && !stage.postcode ? WRONG : score, weight };
}

function phonePart(subject: Subject, criteria: Criteria, stage: Stage): Part | null {
  if (criteria.phone === null) return null;
  const score = best(subject.phones, criteria, same(criteria.phone));
  const isNeeded = !criteria.isFuzzy || stage.phone;
  return { score: score === 0 && !isNeeded ? WRONG : score, weight: WEIGHTS.phone };
}

/** A wrong address is never a result. */
function emailPart(subject: Subject, criteria: Criteria): Part | null {
  if (criteria.email === null) return null;
  return { score: best(subject.emails, criteria, same(criteria.email)), weight: WEIGHTS.email };
}

/** What must agree, and in a fuzzy search only lowers the score. */
function loweringParts(subject: Subject, criteria: Criteria): Part[] {
  const { practice, organisation, death, isFuzzy } = criteria;
  const part = (isRight: boolean, weight: number): Part => ({
    score: isRight ? 1 : isFuzzy ? WRONG : 0,
    weight,
  });
  return [
    ...(practice === null ? [] : [part(subject.practice === practice, WEIGHTS.practice)]),
    ...(organisation === null
      ? []
      : [part(subject.organisation === organisation, WEIGHTS.practice)]),
    ...(death === null ? [] : [part(isWithin(subject.deathDate, death), WEIGHTS.death)]),
  ];
}
