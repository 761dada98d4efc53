import { NAME_USES } from '../codes.ts';
import { type Json, type JsonMap, textAt } from '../json.ts';
import { invalidValue, missingValue, type Refusal, tooMany } from '../outcome.ts';
import { pythonText } from '../python.ts';
import { firstFault, isOneOf, unknownMember, wordsOf } from './members.ts';
import { periodFault } from './period.ts';

const MEMBERS = ['id', 'use', 'period', 'given', 'family', 'prefix', 'suffix'];
const GIVEN_MAX = 5; // items [PDS 4.2]
const PART_MAX = 35; // letters [PDS 4.2]

// Blank, apostrophe, hyphen, full stop, digits, letters of Latin-1 and Latin Extended-A [PDS 4.2].
const LETTERS = /^[ '\-.0-9A-Za-zÀ-ÖØ-öø-ſ]*$/;

/** What is wrong with a name; `field` is where it stands: `name/0` [PDS 4.2]. */
export function nameFault(name: JsonMap, field: string, today: string): Refusal | null {
  const extra = unknownMember(name, MEMBERS);
  if (extra !== null) return extra;
  const use = name['use'];
  if (use === undefined) return missingValue(`${field}/use`);
  if (!isOneOf(NAME_USES, use)) return invalidValue(pythonText(use), `${field}/use`);
  return firstFault([
    familyFault(name['family'], `${field}/family`),
    listFault(name['given'], `${field}/given`, GIVEN_MAX),
    listFault(name['prefix'], `${field}/prefix`, GIVEN_MAX),
    listFault(name['suffix'], `${field}/suffix`, GIVEN_MAX),
    suffixFault(name['suffix'], `${field}/suffix`),
    periodFault(name['period'], `${field}/period`, today),
  ]);
}

function familyFault(family: Json | undefined, field: string): Refusal | null {
  if (family === undefined || family === '') return missingValue(field);
  return isPart(family) ? null : invalidValue(pythonText(family), field);
}

function listFault(list: Json | undefined, field: string, most: number): Refusal | null {
  const words = wordsOf(list);
  if (words === null) return invalidValue(pythonText(list), field);
  if (words.length > most) return tooMany(Array.isArray(list) ? list : [], field);
  const wrong = words.find((word) => !isPart(word));
  return wrong === undefined ? null : invalidValue(wrong, field);
}

function suffixFault(list: Json | undefined, field: string): Refusal | null {
  const wrong = wordsOf(list)?.find((word) => !/^[A-Z]/.test(word));
  return wrong === undefined ? null : invalidValue(wrong, field);
}

function isPart(value: Json): boolean {
  return typeof value === 'string' && [...value].length <= PART_MAX && LETTERS.test(value);
}

const TITLES = ['Mr', 'Mrs', 'Ms', 'Dr', 'Rev', 'Sir', 'Lady', 'Lord'];

/** As it is kept: no blanks, one given name an item behind the first, titles in their usual spelling [PDS 4.2]. */
export function normalName(name: JsonMap): JsonMap {
  const { given, prefix, suffix, family: _family, ...others } = name;
  const [first, ...further] = wordsOf(given) ?? [];
  const names = [
    ...(first === undefined ? [] : [first]),
    ...further.flatMap((one) => one.split(' ')),
  ];
  return {
    ...others,
    ...list('given', names),
    family: textAt(name, 'family').trim(),
    ...list('prefix', (wordsOf(prefix) ?? []).map(titleOf)),
    ...list('suffix', wordsOf(suffix) ?? []),
  };
}

function list(name: string, words: readonly string[]): JsonMap {
  const kept = words.map((word) => word.trim()).filter((word) => word !== '');
  return kept.length === 0 ? {} : { [name]: kept };
}

function titleOf(prefix: string): string {
  const text = prefix.replace(/\.$/, '');
  return TITLES.find((title) => title.toLowerCase() === text.toLowerCase()) ?? text;
}
