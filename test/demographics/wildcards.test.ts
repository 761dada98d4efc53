import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { FEMALE_NAMES, MALE_NAMES } from '../../src/local/population/names.ts';
import { populationOf } from '../../src/local/population/patient-record.ts';
import type { PatientRecord } from '../../src/demographics/record.ts';
import { readCriteria } from '../../src/demographics/search/criteria.ts';
import { fold } from '../../src/demographics/search/fold.ts';
import { searchKeys } from '../../src/demographics/search/keys.ts';
import { plainFamily } from '../../src/demographics/search/match-name.ts';
import { namesOf } from '../../src/demographics/search/names.ts';
import { keysFor, matching } from '../../src/demographics/search/search.ts';

// Shows: Personal Demographics Service | ten thousand searches with wildcards at each place find what they say; an index begins where the search does

/** Names in many scripts, and what somebody might slip in. */
const NAMES = [
  'Smith',
  "O'Brien",
  'García-Núñez',
  'Łukaszewicz',
  'Żółć',
  'Þórsdóttir',
  'Øster',
  'Straße',
  'Nguyễn',
  'Иванов',
  'Παπαδόπουλος',
  '王小明',
  '김철수',
  'محمد',
  'שרה',
  'राम',
  '𝔘𝔫𝔦',
  'E\u0301mile',
  'de la Cruz',
  'a',
  'Ab',
  'x.y',
  '(a+)+$',
  '\\d',
  '[a-z]',
  "'; drop table patient; --",
  '" or 1=1',
  '%',
  '_',
  '$1',
  '🙂',
];

/** The same rule, told by an expression: letters as they are, a star for any, from the first to the last. */
function isLike(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`, 'u').test(name);
}

describe('wildcards', () => {
  test('at each place of ten thousand names match as an expression says', () => {
    let searches = 0;
    const name = fc.oneof(
      fc.constantFrom(...NAMES),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    );
    const places = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(name, fc.constantFrom(...NAMES), places, fc.nat(3), (text, other, at, cut) => {
        const folded = fold(text);
        const letters = [...folded];
        for (const place of at) letters.splice(place % (letters.length + 1), cut % 3, '*');
        const pattern = letters.join('');
        for (const one of [folded, fold(other)]) {
          assert.equal(plainFamily(pattern, one) > 0, isLike(pattern, one), `${pattern} ${one}`);
        }
        searches += 1;
      }),
      { numRuns: 10_000, seed: 20_261_129 },
    );
    assert.equal(searches, 10_000);
  });

  test('within the first two characters are refused, later ones are read, whatever the letters', () => {
    for (const name of NAMES) {
      for (let place = 0; place <= name.length; place += 1) {
        const family = `${name.slice(0, place)}*${name.slice(place)}`;
        const read = readCriteria({ family, birthdate: '2000-01-01' }, 50);
        if (fold(family).slice(0, 2).includes('*')) {
          assert.equal(read.ok ? '' : read.error.code, 'INVALID_SEARCH_DATA', family);
        } else {
          assert.equal(read.ok ? read.value.family : read.error.code, fold(family));
        }
      }
    }
  });
});

const PEOPLE = [...populationOf(1_500, 3)].filter((one) => searchKeys(one).length > 0);

const SHORT_NAMES = ['Bill', 'Will', 'Jack', 'Johnny', 'Jon', 'Liz', 'Beth', 'Mary-Ann', 'Maryann'];

/** A question about somebody, with letters left out, put in or exchanged. */
const asked = fc.record({
  who: fc.nat(PEOPLE.length - 1),
  familyFrom: fc.nat(6),
  givenFrom: fc.nat(6),
  hasGiven: fc.boolean(),
  kind: fc.constantFrom(
    'equal',
    'wild',
    'fuzzy',
    'swapped',
    'initial',
    'historic',
    'joined',
    'other',
  ),
  otherName: fc.constantFrom(...FEMALE_NAMES, ...MALE_NAMES, ...SHORT_NAMES),
});

function queryFor(
  record: PatientRecord,
  how: {
    kind: string;
    familyFrom: number;
    givenFrom: number;
    hasGiven: boolean;
    otherName: string;
  },
) {
  const names = namesOf(record);
  const { family, given } = (how.kind === 'historic' ? names.at(-1) : names[0]) ?? {
    family: '',
    given: '',
  };
  const [first = ''] = given.split(' ');
  const wild = (text: string, from: number): string => `${text.slice(0, 2 + from)}*`;
  const range = { birthdate: ['ge1900-01-01', 'le2026-12-31'] };
  const fuzzy = { '_fuzzy-match': 'true', ...range };
  switch (how.kind) {
    case 'equal':
      return { ...range, family, ...(how.hasGiven ? { given: first } : {}) };
    case 'wild':
      return {
        ...range,
        family: wild(family, how.familyFrom),
        ...(how.hasGiven ? { given: wild(first, how.givenFrom) } : {}),
      };
    case 'swapped':
      return { ...fuzzy, family: first, given: family };
    case 'joined':
      return { ...fuzzy, family, given: given.replaceAll(' ', '') };
    case 'other': // most are somebody else's; some sound alike or are short for it
      return { ...fuzzy, family, given: how.otherName };
    case 'initial':
      return { ...fuzzy, family, given: first.slice(0, 1) };
    default:
      return { ...fuzzy, family, given: how.hasGiven ? first : given };
  }
}

test('whoever a search finds has, of each list by which the index is asked, a key that begins as one of it', () => {
  let found = 0;
  fc.assert(
    fc.property(asked, ({ who, ...how }) => {
      const record = PEOPLE[who];
      assert.ok(record !== undefined);
      const criteria = readCriteria(queryFor(record, how), 50);
      assert.ok(criteria.ok, JSON.stringify(criteria));
      if (matching([record], criteria.value).length === 0) return;
      found += 1;
      const keys = searchKeys(record);
      for (const beginnings of keysFor(criteria.value)) {
        const isThere = keys.some((key) => beginnings.some((one) => key.startsWith(one)));
        assert.ok(isThere, `${JSON.stringify(queryFor(record, how))} ${beginnings.join()}`);
      }
    }),
    { numRuns: 3_000, seed: 20_261_130 },
  );
  assert.ok(found > 2_000, `only ${found} searches found somebody`);
});
