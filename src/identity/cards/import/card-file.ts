import { JsonReader } from '../../../kernel/json-reader.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { isPin } from '../back-end.ts';
import type { KeyType } from '../../../platform/certificates.ts';
import { SERIES_MAX } from '../series/series.ts';

/** A card as a file says it. */
export type FileCard = {
  readonly cardNumber: string;
  readonly userId: string;
  readonly passcode: string;
  readonly series: number | null;
  /** Of the keys that sign in. */
  readonly keys: KeyType;
};

/**
 * Reads `{"cards": [{"cardNumber": "123456789012", "userId": "555900010101", "passcode": "246810"}]}`; all problems at
 * once, each with its place. Described in docs/reference/card-file.md.
 */
export function parseCardFile(value: unknown): Result<readonly FileCard[], readonly string[]> {
  const problems: string[] = [];
  const from = new JsonReader(value, '', problems);
  const cards = from.each('cards', readCard);
  from.done();
  for (const name of ['cardNumber', 'userId'] as const) {
    const all = cards.map((card) => card[name]);
    for (const twice of new Set(all.filter((id, at) => id !== '' && all.indexOf(id) !== at))) {
      problems.push(`${name} ${twice} is there twice`);
    }
  }
  if (cards.length === 0 && problems.length === 0) problems.push('The file has no cards.');
  return problems.length === 0 ? ok(cards) : fail(problems);
}

/** Those that begin with 9 are the installation's to give. */
const GIVEN_NUMBER = /^[0-8]\d{11}$/;

function readCard(from: JsonReader): FileCard {
  const card = {
    cardNumber: from.text('cardNumber', GIVEN_NUMBER, '12 digits that do not begin with 9'),
    userId: from.text('userId', /^\d{12}$/, '12 digits'),
    passcode: from.text('passcode', { test: isPin }, '6 to 8 digits'),
    series: from.value('series') === undefined ? null : from.count('series', SERIES_MAX, 1),
    keys: from.one('keys', ['rsa', 'p256'] as const, 'rsa'),
  };
  from.done();
  return card;
}
