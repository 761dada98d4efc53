import { parseLondonDate } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { postcodeKey } from '../address.ts';
import { GENDERS } from '../codes.ts';
import type { Query } from '../gate/ask.ts';
import { additional, invalidSearch, invalidValue, missingValue, type Refusal } from '../outcome.ts';
import { fold } from './fold.ts';

/** Days, both included; null: open at that end. */
export type Range = { readonly from: string | null; readonly to: string | null };

/** What a search looks for. Names and postcode are folded; a name may hold `*` for any letters. */
export type Criteria = {
  readonly family: string | null;
  readonly given: string | null;
  readonly gender: string | null;
  readonly birth: Range;
  readonly death: Range | null;
  readonly postcode: string | null;
  readonly practice: string | null;
  readonly organisation: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly isFuzzy: boolean;
  readonly isExact: boolean;
  readonly withHistory: boolean;
  /** How many results are not too many. */
  readonly most: number;
};

export const RESULTS_MAX = 50; // [PDS 5.1]
const NAME_MAX = 35; // letters [PDS 5.1]

const NAMES = [
  'family',
  'given',
  'gender',
  'birthdate',
  'death-date',
  'address-postalcode',
  'address-postcode',
  'general-practitioner',
  'email',
  'phone',
  '_fuzzy-match',
  '_exact-match',
  '_history',
  '_max-results',
  'managing-organization',
];

/** Every value of each parameter, in the order in which they came. */
type Values = ReadonlyMap<string, readonly string[]>;

/** Reads a query; the first thing that is wrong is the answer [PDS 5.1]. `usualMost`: results without `_max-results`. */
export function readCriteria(query: Query, usualMost: number): Result<Criteria, Refusal> {
  const values: Values = new Map(
    Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? [value] : value]],
    ),
  );
  if (values.size === 0) return fail({ code: 'UNSUPPORTED_SERVICE' });
  const unknown = [...values.keys()].filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) return fail(additional(unknown));
  const malformed = CHECKS.map((check) => check(values)).find((problem) => problem !== null);
  if (malformed !== undefined) return fail(malformed);
  if (!values.has('birthdate')) {
    return fail(missingValue('birth_date/birth_date_range_start/birth_date_range_end'));
  }
  const criteria = criteriaOf(values, usualMost);
  const text = combinationFault(values, criteria);
  return text === null ? ok(criteria) : fail(invalidSearch(text));
}

type Check = (values: Values) => Refusal | null;

const POSTCODE = /^[A-Z0-9* ]{1,12}$/i;
const CONTROL = /\p{Cc}/u;

/** Values that cannot be read, in the order in which they are told. */
const CHECKS: readonly Check[] = [
  each('family', isName),
  single('family'),
  each('given', isName),
  each('gender', (text) => GENDERS.some((gender) => gender === text)),
  single('gender'),
  each('birthdate', isDay),
  isPair('birthdate'),
  each('death-date', isDay),
  isPair('death-date'),
  each('address-postalcode', (text) => POSTCODE.test(text)),
  each('address-postcode', (text) => POSTCODE.test(text)),
  each('general-practitioner', (text) => /^[A-Z0-9]{1,12}$/i.test(text)),
  each('managing-organization', (text) => /^[A-Z0-9]{1,12}$/i.test(text)),
  each('email', isWord),
  each('phone', isWord),
  each('_fuzzy-match', isBoolean),
  each('_exact-match', isBoolean),
  each('_history', isBoolean),
  each(
    '_max-results',
    (text) => /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= RESULTS_MAX,
  ),
  ...NAMES.filter((name) => !['given', 'birthdate', 'death-date'].includes(name)).map(single),
];

function each(name: string, holds: (text: string) => boolean): Check {
  return (values) => {
    const wrong = values.get(name)?.find((text) => !holds(text));
    return wrong === undefined ? null : invalidValue(wrong, name);
  };
}

function single(name: string): Check {
  return (values) => {
    const all = values.get(name) ?? [];
    return all.length > 1 ? invalidValue(all.join(','), name) : null;
  };
}

/** Two only as the ends of a range. */
function isPair(name: string): Check {
  return (values) => {
    const all = values.get(name) ?? [];
    const ends = all
      .map((text) => text.slice(0, 2))
      .toSorted()
      .join(' ');
    return all.length <= 1 || ends === 'ge le' ? null : invalidValue(all.join(','), name);
  };
}

function isName(text: string): boolean {
  return text.trim() !== '' && [...text].length <= NAME_MAX && !CONTROL.test(text);
}

const WORD_MAX = 100;

function isWord(text: string): boolean {
  return text.trim() !== '' && text.length <= WORD_MAX && !CONTROL.test(text);
}

function isBoolean(text: string): boolean {
  return text === 'true' || text === 'false';
}

function isDay(text: string): boolean {
  return parseLondonDate(dayOf(text)) !== null;
}

function dayOf(text: string): string {
  return /^(eq|ge|le)/.test(text) ? text.slice(2) : text;
}

function criteriaOf(values: Values, usualMost: number): Criteria {
  const one = (name: string): string | null => values.get(name)?.[0] ?? null;
  const is = (name: string): boolean => one(name) === 'true';
  const postcode = one('address-postalcode') ?? one('address-postcode');
  const death = values.get('death-date');
  return {
    family: folded(one('family')),
    given: folded(values.get('given')?.join(' ') ?? null),
    gender: one('gender'),
    birth: rangeOf(values.get('birthdate') ?? []),
    death: death === undefined ? null : rangeOf(death),
    postcode: postcode === null ? null : postcodeKey(postcode),
    practice: one('general-practitioner')?.toUpperCase() ?? null,
    organisation: one('managing-organization')?.toUpperCase() ?? null,
    email: one('email')?.trim().toLowerCase() ?? null,
    phone: one('phone')?.replaceAll(/\s/g, '') ?? null,
    isFuzzy: is('_fuzzy-match'),
    isExact: is('_exact-match'),
    withHistory: is('_history'),
    most: Number(one('_max-results') ?? usualMost),
  };
}

function folded(text: string | null): string | null {
  return text === null ? null : fold(text);
}

function rangeOf(texts: readonly string[]): Range {
  let from: string | null = null;
  let to: string | null = null;
  for (const text of texts) {
    if (!text.startsWith('le')) from = dayOf(text);
    if (!text.startsWith('ge')) to = dayOf(text);
  }
  return { from, to };
}

const TOO_LITTLE =
  'No searches were performed as the search criteria did not meet the minimum requirements';
const NOT_FUZZY =
  'A fuzzy search was requested however the data given did not meet the fuzzy search criteria';
const TWO_POSTCODES = 'address-postalcode and address-postcode can not be used together';
const EARLY_WILDCARD = 'Wildcards can not be used in the first two characters';

/** What cannot be searched for together [PDS 5.2]; null when it can. */
function combinationFault(values: Values, criteria: Criteria): string | null {
  const { family, given, gender, postcode, email, phone, isFuzzy } = criteria;
  if (values.has('address-postalcode') && values.has('address-postcode')) return TWO_POSTCODES;
  const wild = [family, given, postcode, email, phone].filter(
    (text) => text?.includes('*') === true,
  );
  if (isFuzzy) {
    const hasMinimum =
      (family !== null && given !== null) ||
      ((family !== null || given !== null) && gender !== null && postcode !== null);
    return wild.length > 0 || !hasMinimum ? NOT_FUZZY : null;
  }
  if (family === null) return TOO_LITTLE;
  const isEarly = wild.some((text) => (text ?? '').slice(0, 2).includes('*'));
  return isEarly || email?.includes('*') === true || phone?.includes('*') === true
    ? EARLY_WILDCARD
    : null;
}
